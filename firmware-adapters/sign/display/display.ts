import type { Content } from "../content/content.ts";
import type { SignState } from "../dialect/state.ts";
import type { SignError } from "../errors.ts";

/** One sign as its way to us carries it. */
export interface Display extends Disposable {
  /** Whether it can be asked what it shows; otherwise it says so by itself. */
  readonly isAskable: boolean;
  /**
   * Asks what it shows, and how it is.
   *
   * @throws SignError; the signal's reason on abort.
   */
  look(signal: AbortSignal): Promise<SignState>;
  /**
   * Gives it a content. Resolves when the sign, or its broker, has taken it: not yet when it shows it.
   *
   * @throws SignError; the signal's reason on abort. Whether it arrived is unknown then, except after `sign/refused`.
   */
  send(content: Content, signal: AbortSignal): Promise<void>;
}

/** What a sign says without being asked. */
export interface DisplayListener {
  onState(state: SignState): void;
  /** It cannot be reached, or it sent something else than a state. */
  onFailure(error: SignError): void;
  /** It says that it is there. */
  onHere(): void;
}
