import type { PointDescription } from "../../adapter.ts";
import type { PointBoard } from "../../point-board.ts";
import { numberOfMessage, type Fixed } from "../content/standing.ts";
import type { FigureName, SignState } from "../dialect/state.ts";
import type { SignSettings } from "../settings.ts";

/** Figures under a point's name, and what of a change is not worth keeping. */
const FIGURES: readonly (PointDescription & { readonly id: FigureName; readonly deadband: number })[] = [
  { id: "brightness", unit: "%", name: { zh: "亮度", en: "Brightness" }, deadband: 5 },
  { id: "temperature", unit: "Cel", name: { zh: "机内温度", en: "Temperature inside" }, deadband: 1 },
  // It counts up all the time; only a restart is news.
  { id: "uptime", unit: "s", name: { zh: "运行时间", en: "Time since its start" }, deadband: 86_400 },
];

/** The points of a sign: those that its dialect reports. */
export function pointsOf({ messages, dialect }: SignSettings): readonly (PointDescription & { deadband?: number })[] {
  const { state } = dialect;
  return [
    { id: "showing", unit: "", name: { zh: "显示内容正确", en: "Shows what it should" } },
    ...(messages.length === 0
      ? []
      : [
          {
            id: "message",
            unit: "",
            name: { zh: "预置信息编号", en: "Canned message" },
            writable: { min: 0, max: messages.length, isHazardous: false },
          },
        ]),
    ...FIGURES.filter(({ id }) => state[id] !== undefined),
    ...(state.fault === undefined ? [] : [{ id: "fault", unit: "", name: { zh: "设备故障", en: "Fault" } }]),
  ];
}

/** Puts on the board whether the sign shows what it should, and which canned message. */
export function reportShown(
  board: PointBoard,
  fixed: Fixed,
  shown: { readonly id: string | undefined; readonly wantedId: string | undefined },
): void {
  if (shown.wantedId === undefined) board.bad("showing", "not-available", "it is not known yet what it should show");
  else board.good("showing", shown.id === shown.wantedId ? 1 : 0);
  if (fixed.messages.length > 0) board.good("message", numberOfMessage(shown.id, fixed));
}

/** Puts on the board what the sign says of itself. */
export function reportHealth(
  board: PointBoard,
  { state }: SignSettings["dialect"],
  { figures, fault }: SignState,
): void {
  for (const { id } of FIGURES) {
    if (state[id] === undefined) continue;
    const figure = figures[id];
    if (figure.kind === "value") board.good(id, figure.value);
    else if (figure.kind === "absent") board.bad(id, "not-available", "the sign does not say");
    else board.bad(id, "out-of-range", figure.detail);
  }
  if (state.fault === undefined) return;
  if (fault === undefined) board.bad("fault", "not-available", "the sign does not say");
  else board.good("fault", fault.isFault ? 1 : 0);
}
