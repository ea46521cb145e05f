import type { Order } from "../../api/endpoints.ts";

/** A value that the person giving the order still chooses. */
export interface ChosenValue {
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  /** Proposed; undefined where nothing is known of how it stands. */
  readonly now: number | undefined;
}

/** What somebody wants a device to do, before it is confirmed. */
export interface OrderRequest {
  readonly gatewayId: string;
  readonly deviceId: string;
  readonly title: string;
  /** What will happen, in the words of the site. */
  readonly explain: string;
  readonly act:
    | {
        readonly kind: "write";
        readonly pointId: string;
        readonly value: number | ChosenValue;
        /** Takes two steps: select, then operate. */
        readonly isHazardous: boolean;
      }
    | {
        readonly kind: "call";
        readonly methodId: string;
        readonly arguments: Readonly<Record<string, string | number | boolean>>;
      };
}

/** The first order to send for a request; a hazardous write is selected first. */
export function firstOrder({ deviceId, act }: OrderRequest, chosen: number): Order {
  if (act.kind === "call") return { kind: "call", deviceId, methodId: act.methodId, arguments: { ...act.arguments } };
  const value = typeof act.value === "number" ? act.value : chosen;
  return { kind: act.isHazardous ? "select" : "write", deviceId, pointId: act.pointId, value };
}
