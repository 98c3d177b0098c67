/**
 * Why nothing was learned: nobody answered, somebody does not want to answer now, it is registered nowhere, or what came is
 * no answer to the question.
 */
export type FailureKind = "unreachable" | "refused" | "nothing" | "wrong";

/** Its message is for a person and names who was asked. */
export class LookupFailure extends Error {
  override readonly name = "LookupFailure";
  readonly kind: FailureKind;
  /** Milliseconds after which it may be asked again, where the server says so. */
  readonly wait: number | undefined;

  constructor(kind: FailureKind, message: string, wait?: number) {
    super(message);
    this.kind = kind;
    this.wait = wait;
  }
}
