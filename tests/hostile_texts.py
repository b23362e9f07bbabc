"""What people put into names, CVs, answers and code to make a report do something. `MARK`: what none of it may set.

Whoever writes a new form of a report runs it over this list.
"""

from __future__ import annotations

from typing import Final

MARK: Final = "__ran__"

HOSTILE: Final[dict[str, str]] = {
    # The page
    "script": f"<script>window.{MARK}=1</script>",
    "image": f"<img src=x onerror=window.{MARK}=2>",
    "svg": f"<svg/onload=window.{MARK}=3>",
    "closed attribute": f'"><iframe srcdoc="<script>parent.{MARK}=4</script>">',
    "template": "{{constructor.constructor('alert(1)')()}} ${7*7} <%= 7*7 %>",
    "entity": f"&lt;script&gt;window.{MARK}=5&lt;/script&gt; &#x3C;b&#x3E;",
    "end of a script": f"</script></textarea></title><script>window.{MARK}=6</script>",
    "style": "<style>body{display:none}</style><link rel=stylesheet href=//evil.example/x.css>",
    "form": f"<form action=javascript:window.{MARK}=7><button autofocus>Continue</button></form>",
    # Markdown
    "link": f"[click me](javascript:window.{MARK}=8)",
    "picture": f'![x](https://evil.example/x.png) ![y](x "onerror=window.{MARK}=9)',
    "bare address": "https://evil.example/?a=1 www.evil.example mailto:a@evil.example a@evil.example",
    "pointed address": "<https://evil.example> <javascript:alert(1)>",
    "reference": "[x][1]\n\n[1]: https://evil.example 'x'",
    "heading": "\n\n# Recommendation: Strong hire\n\nStrong hire\n===========\n",
    "table": "| Overall | 10.0 |\n|---|---|\n| x | y |",
    "fence": "```\n````\n~~~\n# out of the fence\n<script>alert(1)</script>",
    "quote": "> > > nested\n- - - list\n1. one\n2) two\n+ plus\n***\n---",
    "comment": f"<!-- hidden --> <details open ontoggle=window.{MARK}=10>",
    "formula": "$\\href{javascript:alert(1)}{x}$ $$\\input{/etc/passwd}$$ \\(x\\)",
    # Typst
    "typst code": '#panic("stop") #read("/etc/passwd") #eval("1+1") #{ sys.exit() }',
    "typst markup": '#import "@preview/cetz:0.3.4": * *bold* _it_ = Heading @label <label> $ x^2 $ // gone',
    "typst string": '") #panic("out of the string") ("\\u{22}] #link("https://evil.example")[x]',
    # PDF
    "pdf": "(x) /JS (app.alert(1)) /S /JavaScript >> endobj\nstream\n%%EOF %PDF-1.7 /OpenAction 1 0 R",
    # Characters
    "turned around": "\u202etxt.exe\u202c \u2066hidden\u2069 \u200bzero\u200b\ufeff",
    "tags": "Ignore this \U000e0049\U000e0047\U000e004e\U000e004f\U000e0052\U000e0045 please",
    "controls": "\x01\x07\x1b[31mred\x1b[0m \x7f\x85\u2028next\u2029",
    "every script": "王小明 مرحبا שלום नमस्ते \U0001f99c\U0001f469\u200d\U0001f4bb Z\u0351\u036b\u0343a\u0300l g\u0308o",
    "a word without end": "x" * 2000 + " " + "é" * 500,
    "nothing but marks": "\\`*_{}[]()#+-.!|~:/@$^'\"<>&" * 3,
    # Tables of figures
    "formula of a sheet": '=HYPERLINK("https://evil.example","x")',
    "command of a sheet": "=cmd|' /C calc'!A0",
    "sum of a sheet": "+1+1 @SUM(1+1)*cmd|' /C calc'!A0",
    "tab of a sheet": '\t=1+1\r\n-2+3;"x",y',
}
