import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { SignedIn } from "./account";

/** A screen's frame. Its heading takes the focus, so that keyboard and screen reader arrive where the eye does. */
export function Screen(props: {
  title: string;
  lead?: ComponentChildren;
  aside?: ComponentChildren;
  wide?: boolean;
  children: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${props.title} · PrepAI`;
    scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, [props.title]);
  return (
    <div class={props.wide ? "screen wide" : "screen"}>
      <header class="masthead">
        <a class="brand" href="#/">
          <Mark /> PrepAI
        </a>
        {props.aside}
        <SignedIn />
      </header>
      <main>
        <h1 ref={heading} tabIndex={-1}>
          {props.title}
        </h1>
        {props.lead && <p class="lead">{props.lead}</p>}
        {props.children}
      </main>
    </div>
  );
}

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <path d="M8 14v4M13.3 10v12M18.7 7v18M24 13v6" />
    </svg>
  );
}

/** Something the reader should know now. */
export function Notice(props: { kind?: "calm" | "warning"; onClose?: () => void; children: ComponentChildren }) {
  return (
    <div class={`notice ${props.kind ?? "warning"}`} role={props.kind === "calm" ? "status" : "alert"}>
      <div>{props.children}</div>
      {props.onClose && (
        <button type="button" class="quiet" onClick={props.onClose} aria-label="Put this message away">
          ×
        </button>
      )}
    </div>
  );
}
