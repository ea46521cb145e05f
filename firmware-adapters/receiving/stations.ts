import type { ListenerLink, Peer } from "../links/link.ts";

/**
 * Which of the site's devices answers to which station number on one listener. The listener is served while at least one
 * device is here. For a class that `ListenerLink.shared` makes: one a protocol and listener.
 */
export class Stations<Station extends object> {
  readonly #stations = new Map<string, Station>();
  #serving: Disposable | undefined;

  find(number: string): Station | undefined {
    return this.#stations.get(number);
  }

  /**
   * Takes a device in.
   *
   * @param onPeer  serves one caller; used only for the first device.
   * @returns what lets it leave, or `taken` where another device has this number.
   * @throws LinkError `link/taken` where another protocol has the listener.
   */
  join(
    link: ListenerLink,
    member: { readonly number: string; readonly station: Station },
    onPeer: (peer: Peer) => (bytes: Buffer) => void,
  ): Disposable | "taken" {
    const { number, station } = member;
    if (this.#stations.has(number)) return "taken";
    this.#serving ??= link.serve(onPeer);
    this.#stations.set(number, station);
    return {
      [Symbol.dispose]: () => {
        if (this.#stations.get(number) !== station) return;
        this.#stations.delete(number);
        if (this.#stations.size > 0) return;
        this.#serving?.[Symbol.dispose]();
        this.#serving = undefined;
      },
    };
  }
}
