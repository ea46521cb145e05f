import { Button } from "antd";
import type { ReactNode } from "react";
import { Component } from "react";

import { Empty } from "../../parts/states.tsx";
import { useSpeech } from "../desk-context.tsx";

interface FenceProps {
  readonly children: ReactNode;
}

interface FenceState {
  readonly error: Error | undefined;
}

/** Keeps a page that fails from taking header and alarms with it. (React offers this to classes only.) */
export class Fence extends Component<FenceProps, FenceState> {
  override readonly state: FenceState = { error: undefined };

  static getDerivedStateFromError(error: Error): FenceState {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return <PageFailed error={error} onAgain={() => this.setState({ error: undefined })} />;
  }
}

interface PageFailedProps {
  readonly error: Error;
  readonly onAgain: () => void;
}

function PageFailed({ error, onAgain }: PageFailedProps): ReactNode {
  const { say } = useSpeech();
  return (
    <Empty title={say("page.failed")} hint={say("page.failed.hint")}>
      <p className="mono">{error.message}</p>
      <Button onClick={onAgain}>{say("state.again")}</Button>
    </Empty>
  );
}
