import { Notice, Screen } from "../parts/screen";

/** Instead of a page that would not know whether to ask for a sign-in. */
export function Unreachable(props: { message: string; onRetry: () => void }) {
  return (
    <Screen title="PrepAI is not there yet">
      <div class="entrance">
        <Notice>{props.message}</Notice>
        <button type="button" class="primary large" onClick={props.onRetry}>
          Try again
        </button>
      </div>
    </Screen>
  );
}
