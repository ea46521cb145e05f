import type { Dice } from "../engine/dice.ts";
import { placed, smooth, type V3 } from "../engine/geometry.ts";
import type { Thing } from "../engine/world.ts";
import { waitingPose, walkingPose } from "../shapes/gait.ts";
import { personMesh, somebody, type Person, type Pose, type WardrobeName } from "../shapes/person.ts";

interface Member {
  readonly id: number;
  readonly person: Person;
  readonly joinsAtS: number;
  /** When the window is done with them. */
  readonly leavesAtS: number;
  readonly seed: number;
}

/** A queue before a window: members in order of joining. */
export interface Queue {
  readonly members: readonly Member[];
  readonly window: V3;
  readonly way: V3;
  readonly zone: readonly V3[];
}

const STEP_M = 0.95;
const FIRST_M = 0.75;
const SERVED_S = 11;
const AWAY_S = 6;
export const QUEUE_AT_START = 5;

/** Five people wait at the beginning; every 11 s one is done, and about as often one more comes. */
export function queueOf(
  dice: Dice,
  {
    firstId,
    window,
    way: [wx, wy],
    wardrobe,
  }: {
    readonly firstId: number;
    readonly window: V3;
    readonly way: readonly [number, number];
    readonly wardrobe: WardrobeName;
  },
): Queue {
  const members = Array.from({ length: 60 }, (_, index): Member => {
    const own = dice.fork("member", index);
    const joinsAtS =
      index < QUEUE_AT_START ? -30 : (index - QUEUE_AT_START + 0.6) * SERVED_S * 0.96 + own.between(-3, 3);
    return {
      id: firstId + index,
      person: somebody(own, wardrobe),
      joinsAtS,
      leavesAtS: (index + 1) * SERVED_S,
      seed: own.between(0, 10),
    };
  });
  const size = Math.hypot(wx, wy);
  const way: V3 = [wx / size, wy / size, 0];
  const [nx, ny] = [-way[1] * 0.8, way[0] * 0.8];
  const corner = (along: number, side: number): V3 => [
    window[0] + way[0] * along + nx * side,
    window[1] + way[1] * along + ny * side,
    0,
  ];
  return { members, window, way, zone: [corner(0.3, -1), corner(0.3, 1), corner(8.5, 1), corner(8.5, -1)] };
}

/** Who is before a member at a time: their place in the queue, moving up smoothly when the first one goes. */
function placeOf(queue: Queue, member: Member, tS: number): number {
  let place = 0;
  for (const other of queue.members) {
    if (other.id >= member.id) break;
    place += 1 - smooth(other.leavesAtS, other.leavesAtS + 1.6, tS);
  }
  return place;
}

export function queueAt(queue: Queue, tS: number): readonly Thing[] {
  return queue.members.flatMap((member): readonly Thing[] => {
    if (tS < member.joinsAtS || tS > member.leavesAtS + AWAY_S) return [];
    const { window, way } = queue;
    const leftS = tS - member.leavesAtS;
    if (leftS > 0) {
      const walked = leftS * 1.25;
      const side: V3 = [way[1], -way[0], 0];
      const at: V3 = [
        window[0] + way[0] * FIRST_M + side[0] * walked,
        window[1] + way[1] * FIRST_M + side[1] * walked,
        0,
      ];
      return [
        body(
          member,
          walkingPose(walked, member.person.heightM),
          { at, yaw: Math.atan2(-side[0], side[1]) },
          { state: "leaving" },
        ),
      ];
    }
    const place = placeOf(queue, member, tS);
    const speed = (placeOf(queue, member, tS - 0.2) - place) / 0.2;
    // Who joins comes from the side that leads away from the camera: nobody crosses the place before the queue.
    const coming = Math.max(0, 1 - (tS - member.joinsAtS) / 4) * 4.5;
    const side = way[0] < 0 ? 1 : -1;
    const [sx, sy] = [way[1] * side, -way[0] * side];
    const along = FIRST_M + place * STEP_M;
    const sway = Math.sin(member.seed * 9) * 0.08;
    const at: V3 = [
      window[0] + way[0] * along - way[1] * sway + sx * coming,
      window[1] + way[1] * along + way[0] * sway + sy * coming,
      0,
    ];
    const isMoving = speed > 0.05 || coming > 0;
    const pose = isMoving ? walkingPose(along + coming, member.person.heightM, 0.75) : waitingPose(tS, member.seed);
    const facing = coming > 0.3 ? Math.atan2(sx, -sy) : Math.atan2(way[0], -way[1]);
    return [
      body(
        member,
        pose,
        { at, yaw: facing + Math.sin(member.seed * 5) * 0.25 },
        { state: "queueing", place: coming > 0.3 ? undefined : Math.round(place) },
      ),
    ];
  });
}

function body(
  { id, person, joinsAtS }: Member,
  pose: Pose,
  where: { readonly at: V3; readonly yaw: number },
  { state, place }: { readonly state: string; readonly place?: number | undefined },
): Thing {
  const facts = place === undefined ? {} : { facts: { place, joinedAtS: Math.max(0, joinsAtS) } };
  return { id, kind: "person", state, ...facts, mesh: personMesh(person, pose), at: placed(where) };
}
