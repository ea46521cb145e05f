import { prettifyError, z } from "zod";

import { ModelError } from "./errors.ts";
import type { Output, Parameters, ScopeKind } from "./evaluators/evaluator.ts";
import { RULE_KINDS, type RuleKindName } from "./evaluators/rule-kinds.ts";
import type { Immutable } from "./manifest/immutable.ts";
import { gradeOfEvidence } from "./manifest/origin.ts";

const words = (max: number) => z.strictObject({ zh: z.string().min(1).max(max), en: z.string().min(1).max(max) });
const id = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "lower-case words joined by hyphens, at most 32");
const ruleKind = z.custom<RuleKindName>(
  (value) => typeof value === "string" && Object.hasOwn(RULE_KINDS, value),
  `one of ${Object.keys(RULE_KINDS).join(", ")}`,
);

/** Stillness is the signal of the first two, and a fire may not move. */
const NEVER_GATED: ReadonlySet<string> = new Set(["drowning", "fall", "fire-smoke"]);

/** The alarm an algorithm is made for, as a rule on one of its outputs. The site edits it or leaves it out. */
const defaultAlarm = z.strictObject({
  output: z.string().min(1).max(32),
  is: z.enum(["above", "below"]),
  limit: z.number(),
  priority: z.enum(["critical", "high", "medium", "low"]),
  onDelayS: z.number().min(0).max(86_400).default(0),
  offDelayS: z.number().min(0).max(86_400).default(0),
  message: words(200),
});

/**
 * One algorithm: whose detections it looks at, the event rule that makes something of them, how often it must look and
 * what gives way first when the machine is short. Lives in `models/<id>/algorithm.json`.
 */
export const algorithmManifest = z
  .strictObject({
    format: z.literal(1),
    id,
    version: z.string().regex(/^\d{1,5}\.\d{1,5}\.\d{1,5}$/, "three numbers joined by dots"),
    name: words(64),
    summary: words(500),
    /** The model whose detections are followed. */
    model: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, "a model's name"),
    /** Classes by id, of which the model must have at least one: exports name the same things differently. */
    classes: z.array(z.string().min(1).max(64)).min(1).max(20),
    rule: z.strictObject({
      kind: ruleKind,
      /** Defaults of all parameters; a site may set others. */
      parameters: z.record(z.string().max(32), z.number()),
    }),
    framesPerSecond: z.number().min(0.01).max(30),
    /** Whether pictures without motion may be passed over. Never where stillness is the signal, or for fire. */
    isGatingAllowed: z.boolean(),
    /** `critical` gives way last, `slow` first. */
    priority: z.enum(["critical", "standard", "slow"]),
    alarm: defaultAlarm.nullable(),
    grade: gradeOfEvidence,
  })
  .superRefine(({ id: ownId, isGatingAllowed, rule: { kind, parameters }, alarm }, context) => {
    if (isGatingAllowed && NEVER_GATED.has(ownId)) {
      context.addIssue({ code: "custom", path: ["isGatingAllowed"], message: `${ownId} looks at every picture` });
    }
    const rule = RULE_KINDS[kind];
    for (const { path, message } of rule.parameterIssues(parameters)) {
      context.addIssue({ code: "custom", path: ["rule", "parameters", ...path], message });
    }
    const outputs = rule.scopes.flatMap((scope) => rule.outputs(scope).map((output) => output.id));
    if (alarm !== null && !outputs.includes(alarm.output)) {
      context.addIssue({ code: "custom", path: ["alarm", "output"], message: `one of ${outputs.join(", ")}` });
    }
  });

export type AlgorithmManifest = Immutable<z.infer<typeof algorithmManifest>>;
export type PriorityClass = AlgorithmManifest["priority"];

/**
 * Reads an algorithm's manifest.
 *
 * @param raw  parsed JSON.
 * @throws ModelError `models/bad-algorithm`; the message names every path that does not fit.
 */
export function parseAlgorithm(raw: unknown): AlgorithmManifest {
  const parsed = algorithmManifest.safeParse(raw);
  if (!parsed.success) throw new ModelError("models/bad-algorithm", prettifyError(parsed.error));
  return parsed.data;
}

/** The numbers an algorithm gives at a scope of this kind. */
export function outputsOf({ rule }: AlgorithmManifest, scope: ScopeKind): readonly Output[] {
  return RULE_KINDS[rule.kind].outputs(scope);
}

/** The kinds of scope an algorithm takes. */
export function scopesOf({ rule }: AlgorithmManifest): readonly ScopeKind[] {
  return RULE_KINDS[rule.kind].scopes;
}

/** The parameters that hold at a site: its own where it says so, the algorithm's otherwise. */
export function parametersOf({ rule }: AlgorithmManifest, own: Parameters): Parameters {
  return { ...rule.parameters, ...own };
}

/** What is wrong with a site's own parameters, with the parameter's name; none where they fit. */
export function parameterFaults(
  algorithm: AlgorithmManifest,
  own: Parameters,
): readonly { readonly name: string; readonly message: string }[] {
  const rule = RULE_KINDS[algorithm.rule.kind];
  const unknown = Object.keys(own).filter((name) => !rule.parameterNames.includes(name));
  if (unknown.length > 0) {
    return unknown.map((name) => ({ name, message: `one of ${rule.parameterNames.join(", ")}` }));
  }
  return rule
    .parameterIssues(parametersOf(algorithm, own))
    .map(({ path, message }) => ({ name: String(path[0] ?? ""), message }));
}
