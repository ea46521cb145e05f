import type { Log } from "@outpost/kernel/log.ts";

import type { ListenerLink, Peer } from "../links/link.ts";
import { Stations } from "../receiving/stations.ts";
import { Strangers } from "../receiving/strangers.ts";
import { FrameParser } from "./codec.ts";
import { parseSegment, type Message } from "./message/segment.ts";

/** Takes the messages of one station. @returns false where the password is wrong. */
export interface MessageTaker {
  take(message: Message, peer: Peer): boolean;
}

/** A caller whose frames are bad again and again speaks something else; checking them is not free. */
const MAX_BAD_FRAMES_IN_A_ROW = 20;

/** What the HJ 212 stations of one listener share: who calls is told apart by the MN of each message. */
export class Receiver {
  readonly #stations = new Stations<MessageTaker>();
  readonly #unknown = new Strangers("a station that the site does not know");
  readonly #unauthorised = new Strangers("a station with a wrong password");
  readonly #unreadable = new Strangers("bytes that are no HJ 212");

  /** @returns `taken` where another device has this MN. @throws LinkError `link/taken`. */
  join(link: ListenerLink, mn: string, station: MessageTaker, log: Log): Disposable | "taken" {
    return this.#stations.join(link, { number: mn, station }, (peer) => this.#greet(peer, log));
  }

  /** Messages that were nobody's or not to be trusted; none of them was answered. */
  get strangers(): { readonly unknown: number; readonly unauthorised: number; readonly unreadable: number } {
    return {
      unknown: this.#unknown.messages,
      unauthorised: this.#unauthorised.messages,
      unreadable: this.#unreadable.messages,
    };
  }

  #greet(peer: Peer, log: Log): (bytes: Buffer) => void {
    const parser = new FrameParser();
    return (bytes) => {
      const skippedBefore = parser.skippedBytes;
      for (const segment of parser.push(bytes)) this.#route(segment, peer, log);
      const skipped = parser.skippedBytes - skippedBefore;
      if (skipped > 0) this.#unreadable.note(hostOf(peer), { bytes: skipped, from: peer.address }, log);
      if (parser.badFramesInARow > MAX_BAD_FRAMES_IN_A_ROW) peer.drop("its frames are bad again and again");
    };
  }

  #route(segment: Buffer, peer: Peer, log: Log): void {
    const met = { bytes: segment.length, from: peer.address };
    const message = parseSegment(segment);
    if (message === undefined) {
      this.#unreadable.note(hostOf(peer), met, log);
      return;
    }
    const station = this.#stations.find(message.mn);
    if (station === undefined) this.#unknown.note(message.mn, met, log);
    else if (!station.take(message, peer)) this.#unauthorised.note(message.mn, met, log);
  }
}

function hostOf({ address }: Peer): string {
  return address.slice(0, address.lastIndexOf(":"));
}
