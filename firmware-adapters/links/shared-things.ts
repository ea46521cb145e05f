/** What the devices of one protocol share on a link, one of each class. */
export class SharedThings {
  readonly #things: object[] = [];

  /** The link's one instance of `kind`, made on first use. */
  get<T extends object>(kind: new () => T): T {
    for (const one of this.#things) if (one instanceof kind) return one;
    const made = new kind();
    this.#things.push(made);
    return made;
  }
}
