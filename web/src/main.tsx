import { render } from "preact";
import { useEffect, useState } from "preact/hooks";

import { Live } from "./screens/live";
import { ReportScreen } from "./screens/report";
import { Start } from "./screens/start";

/** `#/`, `#/interview/ID` and `#/report/ID`: addresses that can be reloaded and kept, without the server's help. */
function Page() {
  const [address, setAddress] = useState(location.hash);
  useEffect(() => {
    const changed = () => setAddress(location.hash);
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  const [, place, id] = address.replace(/^#/, "").split("/");
  if (place === "interview" && id) return <Live key={id} id={decodeURIComponent(id)} />;
  if (place === "report" && id) return <ReportScreen key={id} id={decodeURIComponent(id)} />;
  return <Start />;
}

// A page that the browser kept for its back button has closed its line; it begins anew.
addEventListener("pageshow", (event) => event.persisted && location.reload());

const root = document.getElementById("page");
if (root) render(<Page />, root);
