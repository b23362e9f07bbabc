import { useEffect, useRef } from "preact/hooks";

import type { Interview } from "../interview";

/** The microphone's level. Drawn past Preact: ten changes a second concern one element only. */
export function Level({ interview }: { interview: Interview }) {
  const meter = useRef<HTMLDivElement>(null);
  useEffect(() => {
    interview.onLevel = (level) => {
      // Speech lies between -50 and -10 dB; a linear meter would hardly move.
      const decibels = 20 * Math.log10(Math.max(level, 1e-5));
      const share = Math.max(0, Math.min(1, (decibels + 50) / 40));
      meter.current?.style.setProperty("--level", share.toFixed(3));
      meter.current?.setAttribute("aria-valuenow", String(Math.round(share * 100)));
    };
    return () => {
      interview.onLevel = () => undefined;
    };
  }, [interview]);
  return <div ref={meter} class="level" role="meter" aria-label="Microphone level" aria-valuemin={0} aria-valuemax={100} aria-valuenow={0} />;
}
