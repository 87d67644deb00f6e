type Fields = Readonly<Record<string, unknown>>;

/** What a send has to know of a template in the store. */
export interface StoredTemplate {
  readonly id: string;
  readonly name: string;
  readonly language: string;
  /** Meta's word; only APPROVED templates can be sent. */
  readonly status: string;
  readonly category: string;
  readonly parameterFormat: 'NAMED' | 'POSITIONAL';
  /** As Graph shows them: kinds in upper case. */
  readonly components: readonly Fields[];
  /** When it was made; what /marketing_messages waits for. */
  readonly createdAtMs?: number;
}

/** Whether the template carries a one-time password, which can only go to phone numbers (131062). */
export const isOneTimePassword = ({ components }: StoredTemplate): boolean =>
  buttonsOf(components).some(({ type }) => type === 'OTP');

/** The component of a kind. */
export const storedComponent = (components: readonly Fields[], type: string): Fields | undefined =>
  components.find((component) => component.type === type);

/** The buttons of a template or of a card, in their order. */
export function buttonsOf(components: readonly Fields[]): readonly Fields[] {
  const buttons = storedComponent(components, 'BUTTONS')?.buttons;
  return Array.isArray(buttons) ? (buttons as Fields[]) : [];
}

/** The variables of a text, each once, in the order of their first appearance. */
export function variablesOf(text: unknown): readonly string[] {
  if (typeof text !== 'string') return [];
  return [...new Set([...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, name]) => name as string))];
}

/** The text with its variables filled in; what nothing is given for stays as it is. */
export const hydrated = (text: string, values: ReadonlyMap<string, string>): string =>
  text.replace(/\{\{\s*(\w+)\s*\}\}/g, (variable, name: string) => values.get(name) ?? variable);
