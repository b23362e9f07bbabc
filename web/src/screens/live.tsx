import { useEffect, useState } from "preact/hooks";

import { getSession, type Session } from "../api";
import { Interview } from "../interview";
import { Notice, Screen } from "../parts/screen";
import { Conversation } from "./conversation";
import { Prepare } from "./prepare";

/** An interview from the device check to its end. Its line opens at once, so that the first question is not waited for. */
export function Live({ id }: { id: string }) {
  const [session, setSession] = useState<Session | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [interview, setInterview] = useState<Interview | null>(null);
  const [begun, setBegun] = useState(false);

  useEffect(() => {
    let gone = false;
    let opened: Interview | null = null;
    getSession(id).then(
      (found) => {
        if (gone) return;
        if (found.status === "ended") return location.replace(`#/report/${encodeURIComponent(id)}`);
        opened = new Interview(id);
        setSession(found);
        setInterview(opened);
      },
      (error: unknown) => !gone && setFailed((error as Error).message),
    );
    const leave = () => opened?.close();
    addEventListener("pagehide", leave);
    return () => {
      gone = true;
      removeEventListener("pagehide", leave);
      leave();
    };
  }, [id]);

  if (failed) {
    return (
      <Screen title="This interview cannot be opened">
        <Notice>{failed}</Notice>
        <a class="button" href="#/">
          To the start
        </a>
      </Screen>
    );
  }
  if (!session || !interview) return <p class="loading">Opening…</p>;
  if (begun) return <Conversation session={session} interview={interview} />;
  return (
    <Prepare
      session={session}
      interview={interview}
      onBegin={() => {
        interview.begin();
        setBegun(true);
      }}
    />
  );
}
