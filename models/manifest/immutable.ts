/** A value nobody may change, all the way down: what parsing gives. */
export type Immutable<Value> = Value extends readonly (infer One)[]
  ? readonly Immutable<One>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Immutable<Value[Key]> }
    : Value;
