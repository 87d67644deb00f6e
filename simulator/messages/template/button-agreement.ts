import type { Problem } from '../problem.js';
import { buttonsOf, variablesOf } from './stored-template.js';

type Fields = Readonly<Record<string, unknown>>;

interface ButtonFacts {
  /** What messages call it, in lower case. */
  readonly subType: string;
  /** How Meta's errors call it. */
  readonly title: string;
  /** Whether a message has to bring a parameter. */
  readonly needsParameter: (button: Fields) => boolean;
}

const always = (): boolean => true;
const never = (): boolean => false;

/** Kinds of buttons of templates, and what a message may or must say of them (cloud-api.md §1.3, §3.3). */
const BUTTONS: Readonly<Record<string, ButtonFacts>> = {
  QUICK_REPLY: { subType: 'quick_reply', title: 'QuickReply', needsParameter: never },
  URL: { subType: 'url', title: 'Url', needsParameter: ({ url }) => variablesOf(url).length > 0 },
  // The code goes to the button as well as into the body, whatever the button does with it.
  OTP: { subType: 'url', title: 'Url', needsParameter: always },
  COPY_CODE: { subType: 'copy_code', title: 'CopyCode', needsParameter: always },
  MPM: { subType: 'mpm', title: 'Mpm', needsParameter: always },
  CATALOG: { subType: 'catalog', title: 'Catalog', needsParameter: never },
  SPM: { subType: 'spm', title: 'Spm', needsParameter: never },
  FLOW: { subType: 'flow', title: 'Flow', needsParameter: never },
  VOICE_CALL: { subType: 'voice_call', title: 'VoiceCall', needsParameter: never },
};

/** Judges the buttons of a message, or of one card of it, by those of the template. */
export function buttonProblem(stored: readonly Fields[], given: readonly Fields[]): Problem | undefined {
  const buttons = buttonsOf(stored);
  const sent = given.filter(({ type }) => String(type).toLowerCase() === 'button');
  for (const { index, sub_type } of sent) {
    const button = buttons[Number(index)];
    if (!button) return { code: 131009, details: `buttons: there is no button at index ${index}` };
    const subType = BUTTONS[String(button.type)]?.subType;
    if (subType !== undefined && subType !== String(sub_type).toLowerCase())
      return { code: 132012, details: `buttons: Button at index ${index} is of type ${subType}, not ${sub_type}` };
  }
  for (const [i, button] of buttons.entries()) {
    const facts = BUTTONS[String(button.type)];
    if (!facts) continue;
    const parameters = sent.find(({ index }) => Number(index) === i)?.parameters;
    const count = Array.isArray(parameters) ? parameters.length : 0;
    if (facts.needsParameter(button) && count === 0)
      return { code: 131008, details: `buttons: Button at index ${i} of type ${facts.title} requires a parameter` };
    if (facts.subType === 'url' && !facts.needsParameter(button) && count > 0)
      return { code: 132000, details: `buttons: Button at index ${i} of type ${facts.title} takes no parameter` };
  }
  return undefined;
}
