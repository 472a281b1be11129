/** A strategic merge patch that can't be understood. A real server calls much of it its own fault. */
export class StrategicPatchProblem extends Error {
  override readonly name = 'StrategicPatchProblem';
  readonly code: 400 | 500;

  constructor(message: string, code: 400 | 500 = 500) {
    super(message);
    this.code = code;
  }
}
