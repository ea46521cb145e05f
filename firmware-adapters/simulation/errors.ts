/**
 * | code | when |
 * | --- | --- |
 * | `simulator/bad-argument` | the command line does not say what it should |
 * | `simulator/cannot-listen` | an address is taken or not ours |
 * | `simulator/cannot-open` | the serial port is not there or in use |
 */
export type SimulatorErrorCode = "simulator/bad-argument" | "simulator/cannot-listen" | "simulator/cannot-open";

/** The simulator could not start. Branch on `code`, never on `message`. */
export class SimulatorError extends Error {
  override readonly name = "SimulatorError";
  readonly code: SimulatorErrorCode;

  constructor(code: SimulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
