/**
 * What is wrong with a template or with what is asked of it. Meta tells clients by the subcode, and its readers by a title
 * and a message, which are localised in reality: clients must not match them (cloud-api.md §3.4).
 */
export interface TemplateFault {
  readonly subcode: number;
  /** The rule, naming the member at fault; becomes `error_user_msg` and `error_data.blame_field_specs`. */
  readonly rule: string;
  readonly field: string;
}

/** Titles by subcode of code 100. Source: cloud-api.md §5; 2388043 and the last two are seen in the wild only. */
const TITLES: Readonly<Record<number, string>> = {
  2388019: 'Message template limit exceeded',
  2388023: 'Message template language is being deleted',
  2388024: 'Content in this language already exists',
  2388039: 'Message template status cannot be changed',
  2388040: 'Character limit exceeded',
  2388043: 'Message template is missing example parameters',
  2388046: 'Name format is incorrect',
  2388047: 'Message header format is incorrect',
  2388060: 'Button format is incorrect',
  2388072: 'Message body format is incorrect',
  2388073: 'Message footer format is incorrect',
  2388155: 'Name is a sample template name',
  2388293: 'The parameters words ratio exceeds the limit',
  2388299: "Leading or trailing parameters aren't allowed",
  2593002: "Message template wasn't found",
};

/** The title Meta shows for a subcode. */
export const faultTitle = (subcode: number): string => TITLES[subcode] ?? 'Invalid parameter';

/** A fault, for the tables of rules. */
export const fault = (subcode: number, field: string, rule: string): TemplateFault => ({ subcode, field, rule });

/** The first fault of several judgements, made one by one; Meta too reports one at a time. */
export function firstFault(...judgements: readonly (() => TemplateFault | undefined)[]): TemplateFault | undefined {
  for (const judge of judgements) {
    const found = judge();
    if (found) return found;
  }
  return undefined;
}

/** The first fault among items. */
export function faultIn<T>(
  items: readonly T[],
  judge: (item: T, index: number) => TemplateFault | undefined,
): TemplateFault | undefined {
  for (const [index, item] of items.entries()) {
    const found = judge(item, index);
    if (found) return found;
  }
  return undefined;
}
