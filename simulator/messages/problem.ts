/** Why a body is refused: Meta's code, and a sentence that names the field and the rule. */
export interface Problem {
  readonly code: number;
  readonly details: string;
}

export const isProblem = (read: object): read is Problem => 'details' in read;
