import type { Log } from "@outpost/kernel/log.ts";

import type { ListenerLink, Peer } from "../links/link.ts";
import { Stations } from "../receiving/stations.ts";
import { Strangers } from "../receiving/strangers.ts";
import { FrameParser, type Frame } from "./codec.ts";

/** Takes the frames of one station. @returns false where they are not for us or not to be trusted. */
export interface FrameTaker {
  take(frame: Frame, peer: Peer): boolean;
}

/** A caller whose frames are bad again and again speaks something else; checking them is not free. */
const MAX_BAD_FRAMES_IN_A_ROW = 100;

/** What the SL 651 stations of one listener share: who calls is told apart by the address in each frame. */
export class Receiver {
  readonly #stations = new Stations<FrameTaker>();
  readonly #unknown = new Strangers("a station that the site does not know");
  readonly #unauthorised = new Strangers("a station with a wrong password, or for another centre");
  readonly #unreadable = new Strangers("bytes that are no SL 651");

  /** @param station  ten hexadecimal digits. @returns `taken` where another device has it. @throws LinkError `link/taken`. */
  join(link: ListenerLink, station: string, taker: FrameTaker, log: Log): Disposable | "taken" {
    return this.#stations.join(link, { number: station, station: taker }, (peer) => {
      // A datagram holds whole frames: what was cut off in one does not go on in the next.
      return link.settings.transport === "udp" ? this.#greetDatagrams(peer, log) : this.#greetStream(peer, log);
    });
  }

  #greetDatagrams(peer: Peer, log: Log): (bytes: Buffer) => void {
    return (bytes) => this.#read(new FrameParser(), bytes, peer, log);
  }

  #greetStream(peer: Peer, log: Log): (bytes: Buffer) => void {
    const parser = new FrameParser();
    return (bytes) => {
      this.#read(parser, bytes, peer, log);
      if (parser.badFramesInARow > MAX_BAD_FRAMES_IN_A_ROW) peer.drop("its frames are bad again and again");
    };
  }

  #read(parser: FrameParser, bytes: Buffer, peer: Peer, log: Log): void {
    const skippedBefore = parser.skippedBytes;
    for (const frame of parser.push(bytes)) this.#route(frame, peer, log);
    const skipped = parser.skippedBytes - skippedBefore;
    const host = peer.address.slice(0, peer.address.lastIndexOf(":"));
    if (skipped > 0) this.#unreadable.note(host, { bytes: skipped, from: peer.address }, log);
  }

  #route(frame: Frame, peer: Peer, log: Log): void {
    // What goes down is no station's: an echo, or another centre on this line.
    if (frame.direction === "down") return;
    const met = { bytes: frame.body.length, from: peer.address };
    const station = this.#stations.find(frame.station);
    if (station === undefined) this.#unknown.note(frame.station, met, log);
    else if (!station.take(frame, peer)) this.#unauthorised.note(frame.station, met, log);
  }
}
