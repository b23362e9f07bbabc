import { useEffect, useState } from "preact/hooks";

import type { Interview, View } from "../interview";

/** The interview's present view; draws anew when it changes. */
export function useView(interview: Interview): View {
  const [view, setView] = useState(interview.view);
  useEffect(() => {
    setView(interview.view);
    return interview.watch(() => setView(interview.view));
  }, [interview]);
  return view;
}
