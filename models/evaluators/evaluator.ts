import type { z } from "zod";

import type { Box } from "../decoders/detections/box.ts";
import type { Point, Size } from "../preprocess/placement.ts";
import type { TrackPhase } from "../tracking/track.ts";
import type { GroundPlane } from "../zones/ground-plane.ts";
import type { Polygon } from "../zones/polygon.ts";

/** One followed thing in a frame, on the camera's plane. */
export interface SceneObject {
  readonly trackId: number;
  readonly phase: TrackPhase;
  readonly classIndex: number;
  readonly box: Box;
  /** 0 to 1, of the last sighting. */
  readonly score: number;
}

/** What an evaluator sees of one frame: the things of its classes, whatever their phase. */
export interface SceneFrame {
  /** Seconds on a clock that never jumps. */
  readonly atS: number;
  readonly objects: readonly SceneObject[];
}

/** Where an algorithm looks, in pixels of the camera's plane: a zone or a line, as drawn. */
export type Scope =
  | { readonly kind: "zone"; readonly polygon: Polygon; readonly plane: Size; readonly ground: GroundPlane | undefined }
  | { readonly kind: "line"; readonly a: Point; readonly b: Point; readonly plane: Size };
export type ScopeKind = Scope["kind"];

/** A number that an algorithm gives for each of its scopes: a point of the camera that rules can watch. */
export interface Output {
  readonly id: string;
  /** UCUM-style unit symbol; empty for counts, levels and bits. */
  readonly unit: string;
  readonly name: { readonly zh: string; readonly en: string };
}

/** Something that happened in the scene, told once. */
export interface Happening {
  readonly name: string;
  readonly trackId: number;
  readonly score: number;
  readonly details: Readonly<Record<string, string | number | boolean>>;
}

/** What one frame says: a number for every output, undefined where it cannot be told yet. */
export interface Evaluation {
  readonly readings: Readonly<Record<string, number | undefined>>;
  readonly happenings: readonly Happening[];
}

/** An algorithm at one scope, between two frames. Stepping gives the next one; the old one stays as it is. */
export interface Evaluator {
  step(frame: SceneFrame): { readonly next: Evaluator; readonly evaluation: Evaluation };
}

/** One kind of event rule: its parameters, the scopes it takes, what it gives, and its evaluation. */
export interface RuleKind {
  readonly scopes: readonly ScopeKind[];
  outputs(scope: ScopeKind): readonly Output[];
  /** Names of all parameters, for people who fill them in. */
  readonly parameterNames: readonly string[];
  /** What is wrong with these parameters; none where they fit. */
  parameterIssues(
    parameters: Parameters,
  ): readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
  /** @param parameters  must fit. */
  begin(scope: Scope, parameters: Parameters): Evaluator;
}

/** Parameters by name: seconds, shares, counts, pixels of the camera's plane. Never frames. */
export type Parameters = Readonly<Record<string, number>>;

interface Definition<Values, State> {
  readonly scopes: readonly ScopeKind[];
  readonly parameters: z.ZodType<Values> & { readonly shape: Readonly<Record<string, unknown>> };
  outputs(scope: ScopeKind): readonly Output[];
  start(scope: Scope, parameters: Values): State;
  step(
    state: State,
    frame: SceneFrame,
    rule: { readonly scope: Scope; readonly parameters: Values },
  ): { readonly state: State; readonly evaluation: Evaluation };
}

/** Makes a rule kind of its pure parts; its state's type stays its own. */
export function defineRule<Values, State>(definition: Definition<Values, State>): RuleKind {
  const { parameters: schema } = definition;
  return {
    scopes: definition.scopes,
    outputs: (scope) => definition.outputs(scope),
    parameterNames: Object.keys(schema.shape),
    parameterIssues(parameters) {
      const parsed = schema.safeParse(parameters);
      return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => ({ path, message }));
    },
    begin(scope, given) {
      const parameters = schema.parse(given);
      const at = (state: State): Evaluator => ({
        step(frame) {
          const stepped = definition.step(state, frame, { scope, parameters });
          return { next: at(stepped.state), evaluation: stepped.evaluation };
        },
      });
      return at(definition.start(scope, parameters));
    },
  };
}
