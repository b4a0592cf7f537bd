/** What stops a start and that a person can do something about; the message is the whole story. */
export class StackFailed extends Error {
  readonly code = 'STACK_FAILED';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StackFailed';
  }
}
