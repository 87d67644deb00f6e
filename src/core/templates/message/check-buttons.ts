import type { FieldError } from '../../gateway-error.js';
import { addFault } from '../../shape/shape.js';
import type { GivenComponent } from './given-components.js';
import type { ButtonForm } from './template-form.js';

/** Which `sub_type` gives a value to a button, and whether every message has to. */
interface ButtonRule {
  readonly subTypes: readonly string[];
  readonly isNeeded: (button: ButtonForm) => boolean;
}

const always = () => true;
const never = () => false;

/**
 * By the word of the definition (Meta, "Template components: buttons"). The Graph API lists the code button of an
 * authentication template as URL with a variable, and older answers as OTP. A kind that is not here is Meta's to judge.
 */
const RULES: Readonly<Record<string, ButtonRule>> = {
  URL: { subTypes: ['url', 'otp', 'copy_code'], isNeeded: (button) => button.hasVariable },
  OTP: { subTypes: ['url', 'otp', 'copy_code'], isNeeded: always },
  COPY_CODE: { subTypes: ['copy_code'], isNeeded: always },
  QUICK_REPLY: { subTypes: ['quick_reply'], isNeeded: never },
  PHONE_NUMBER: { subTypes: [], isNeeded: never },
  FLOW: { subTypes: ['flow'], isNeeded: never },
  CATALOG: { subTypes: ['catalog'], isNeeded: never },
  MPM: { subTypes: ['mpm'], isNeeded: always },
};

/** Adds a fault for every button whose value is missing, and every value that no button takes. */
export function checkButtons(
  buttons: readonly ButtonForm[],
  given: readonly GivenComponent[],
  at: string,
  faults: FieldError[],
): void {
  const values = given.filter((each) => each.type === 'button');
  buttons.forEach((button, index) => {
    const isGiven = values.some((value) => value.index === index && value.parameters.length > 0);
    const rule = RULES[button.type];
    if (rule?.isNeeded(button) !== true || isGiven) return;
    addFault(faults, at, `must have a button of sub_type ${rule.subTypes[0]} and index ${index} with one parameter`);
  });
  for (const value of values) checkValue(value, buttons, faults);
}

function checkValue(value: GivenComponent, buttons: readonly ButtonForm[], faults: FieldError[]): void {
  const button = buttons[value.index];
  if (button === undefined) {
    addFault(faults, `${value.at}/index`, noSuchButton(buttons.length));
    return;
  }
  const rule = RULES[button.type];
  if (rule === undefined) return;
  if (rule.subTypes.length > 0 && !rule.subTypes.includes(value.subType)) {
    addFault(faults, `${value.at}/sub_type`, `must be ${rule.subTypes[0]}: button ${value.index} is ${button.type}`);
  } else if (value.parameters.length > 0 && !takesValue(button, rule)) {
    addFault(faults, `${value.at}/parameters`, `must be empty: button ${value.index} of the template has no variable`);
  }
}

function takesValue(button: ButtonForm, rule: ButtonRule): boolean {
  return rule.subTypes.length > 0 && (button.type !== 'URL' || button.hasVariable);
}

function noSuchButton(count: number): string {
  return count === 0
    ? 'must not be given: the template has no buttons'
    : `must be 0 to ${count - 1}: there is no such button`;
}
