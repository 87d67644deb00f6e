import type { FieldError } from '../../gateway-error.js';
import { isFields } from '../../shape/object-shape.js';
import { addFault } from '../../shape/shape.js';
import { checkButtons } from './check-buttons.js';
import { type GivenComponent, givenComponents } from './given-components.js';
import type { CardForm, HeaderForm, TemplateForm, Variables } from './template-form.js';

/**
 * What Meta would refuse of a template message (132000, 132012, 132018, 131008), against the template's definition: how
 * many values and under which names, the kind of the header, values of buttons, cards. `components` is the message's
 * list, of the shape that `template.kind.ts` asks for; `at` is the pointer to it. What the definition does not tell is
 * let through: Meta has the last word.
 */
export function checkTemplateMessage(form: TemplateForm, components: unknown, at: string): FieldError[] {
  const faults: FieldError[] = [];
  const given = givenComponents(components, at);
  checkCard(form, given, at, faults);
  checkCards(form, given, at, faults);
  if (form.hasExpiration && !given.some((each) => each.type === 'limited_time_offer')) {
    addFault(faults, at, 'must have a limited_time_offer with its expiration_time_ms: the offer of the template ends');
  }
  return faults;
}

function checkCard(form: CardForm, given: readonly GivenComponent[], at: string, faults: FieldError[]): void {
  checkHeader(form.header, the('header', given), at, faults);
  if (form.body !== null) checkVariables('body', form.body, the('body', given), at, faults);
  checkButtons(form.buttons, given, at, faults);
}

/** Headers that every message has to bring the content of. */
const BROUGHT = ['image', 'video', 'gif', 'document', 'location', 'product'];

function checkHeader(
  form: HeaderForm | null,
  given: GivenComponent | undefined,
  at: string,
  faults: FieldError[],
): void {
  if (form === null) {
    if ((given?.parameters.length ?? 0) > 0)
      addFault(faults, `${given?.at}/parameters`, 'must be empty: the template has no header');
    return;
  }
  if (form.format === 'text') checkVariables('header', form.variables, given, at, faults);
  if (!BROUGHT.includes(form.format)) return;
  const [parameter] = given?.parameters ?? [];
  const type = isFields(parameter) ? parameter.type : undefined;
  if (type === form.format || (form.format === 'gif' && type === 'video')) return;
  const where = given === undefined ? at : `${given.at}/parameters`;
  addFault(faults, where, `must have a header with one parameter of type ${form.format}, as the template has`);
}

function checkVariables(
  name: 'header' | 'body',
  form: Variables,
  given: GivenComponent | undefined,
  at: string,
  faults: FieldError[],
): void {
  const parameters = given?.parameters ?? [];
  const where = given === undefined ? at : `${given.at}/parameters`;
  if (parameters.length !== form.names.length) {
    const [wants, has] = [form.names.length, parameters.length];
    addFault(
      faults,
      where,
      `must have ${wants} parameters for the ${name}, as the template has variables, and has ${has}`,
    );
  } else if (form.isNamed) checkNames(form.names, parameters, where, faults);
}

function checkNames(names: readonly string[], parameters: readonly unknown[], at: string, faults: FieldError[]): void {
  parameters.forEach((parameter, i) => {
    if (isFields(parameter) && names.includes(parameter.parameter_name as string)) return;
    addFault(faults, `${at}/${i}/parameter_name`, `must be one of the template's variables: ${names.join(', ')}`);
  });
}

function checkCards(form: TemplateForm, given: readonly GivenComponent[], at: string, faults: FieldError[]): void {
  const carousel = the('carousel', given);
  if (form.cards === null) {
    if (carousel !== undefined) addFault(faults, carousel.at, 'must not be given: the template has no carousel');
    return;
  }
  const cards = carousel?.cards ?? [];
  if (cards.length !== form.cards.length) {
    const where = carousel === undefined ? at : `${carousel.at}/cards`;
    addFault(faults, where, `must have ${form.cards.length} cards, as the template has, and has ${cards.length}`);
    return;
  }
  for (const card of cards) {
    const cardForm = form.cards[card.index];
    if (cardForm !== undefined) checkCard(cardForm, card.components, `${card.at}/components`, faults);
    else
      addFault(faults, `${card.at}/card_index`, `must be 0 to ${form.cards.length - 1}: the template has no such card`);
  }
}

function the(type: string, given: readonly GivenComponent[]): GivenComponent | undefined {
  return given.find((each) => each.type === type);
}
