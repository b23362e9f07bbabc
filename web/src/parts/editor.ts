/** The code editor, apart from the page: it is most of its weight and not every interview has a task. */

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

import { languageName } from "./languages";

export interface Editor {
  code(): string;
  close(): void;
}

/** Each grammar is a file of its own, fetched when somebody writes in its language. */
const GRAMMARS: Record<string, () => Promise<Extension>> = {
  python: async () => (await import("@codemirror/lang-python")).python(),
  javascript: async () => (await import("@codemirror/lang-javascript")).javascript(),
  typescript: async () => (await import("@codemirror/lang-javascript")).javascript({ typescript: true }),
  sql: async () => {
    const { sql, SQLite } = await import("@codemirror/lang-sql");
    return sql({ dialect: SQLite });
  },
  c: async () => (await import("@codemirror/lang-cpp")).cpp(),
  cpp: async () => (await import("@codemirror/lang-cpp")).cpp(),
  java: async () => (await import("@codemirror/lang-java")).java(),
  go: async () => (await import("@codemirror/lang-go")).go(),
};

// Custom properties reach into the shadow root, so light and dark are the page's own.
const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.typeName], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.function(tags.variableName), tags.definition(tags.variableName)], color: "var(--code-name)" },
]);

const LOOK = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--code-paper)", fontSize: "0.9rem" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--ink)", padding: "0.75rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--faint)", border: "none" },
  ".cm-activeLine": { backgroundColor: "var(--code-line)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--code-selection)",
  },
});

/** Open an editor in `host`. Tab indents; Escape, then Tab, leaves it. */
export function openEditor(host: HTMLElement, language: string, code: string, onChange: (code: string) => void): Editor {
  // In a shadow root CodeMirror's styles are constructed, not inline, and the strict policy lets them be.
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const grammar = new Compartment();
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: code,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        indentOnInput(),
        indentUnit.of(language === "go" ? "\t" : "    "),
        bracketMatching(),
        syntaxHighlighting(COLOURS),
        LOOK,
        grammar.of([]),
        keymap.of([
          // Ctrl+Enter runs the tests; CodeMirror would open a line.
          { key: "Mod-Enter", run: () => true },
          ...defaultKeymap,
          ...historyKeymap,
          indentWithTab,
        ]),
        EditorView.contentAttributes.of({ "aria-label": `Your ${languageName(language)} code. Escape, then Tab, leaves the editor.` }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  // Without colours the code can still be written, so a grammar that does not come is no failure of the editor's.
  void GRAMMARS[language]?.().then(
    (extension) => view.dispatch({ effects: grammar.reconfigure(extension) }),
    () => undefined,
  );
  return { code: () => view.state.doc.toString(), close: () => view.destroy() };
}
