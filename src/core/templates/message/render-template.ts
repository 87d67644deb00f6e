import { type Fields, isFields } from '../../shape/object-shape.js';
import { type GivenComponent, givenComponents } from './given-components.js';
import { VARIABLE, type Variables, variablesOf } from './template-form.js';

/** A parameter that does not fit: where, and the variable's name, or what else is meant. */
export interface ParameterGap {
  readonly pointer: string;
  readonly name: string;
}

/** A header as it would be seen. `text` is null for files, places and products. */
export interface RenderedHeader {
  /** In lower case: text, image, video, document, location, … */
  readonly format: string;
  readonly text: string | null;
}

/** A button as it would be seen: its address, number or code is its value. */
export interface RenderedButton {
  /** Meta's word, such as URL. */
  readonly type: string;
  readonly text: string | null;
  readonly value: string | null;
}

/** A card, or the whole template without its cards. Null is what the template does not have, or does not show. */
export interface RenderedCard {
  readonly header: RenderedHeader | null;
  readonly body: string | null;
  readonly footer: string | null;
  readonly buttons: readonly RenderedButton[];
}

/** A template with the values of a message. */
export interface RenderedTemplate extends RenderedCard {
  readonly cards: readonly RenderedCard[];
  /** What the template wants and was not given; pointers are into the template. Its variables stay as they are written. */
  readonly missing: readonly ParameterGap[];
  /** What was given and the template does not want; pointers are into the message's components. */
  readonly superfluous: readonly ParameterGap[];
}

interface Gaps {
  readonly missing: ParameterGap[];
  readonly superfluous: ParameterGap[];
}

/**
 * Fills the components of a message into those of a template, as the person would see it. Both may be of any form: what
 * cannot be read is left out. Pure, never throws.
 */
export function renderTemplate(components: unknown, parameterFormat: string | null, given: unknown): RenderedTemplate {
  const gaps: Gaps = { missing: [], superfluous: [] };
  const parts = partsOf(components, '/components');
  const values = givenComponents(given, '/components');
  const card = renderCard(parts, values, parameterFormat, gaps);
  const carousel = the('CAROUSEL', parts);
  const givenCards = values.find((each) => each.type === 'carousel')?.cards ?? [];
  const cards = listOf(carousel?.value.cards).map((each, i) => {
    const own = partsOf(isFields(each) ? each.components : null, `${carousel?.at}/cards/${i}/components`);
    const ofCard = givenCards.find((one) => one.index === i)?.components ?? [];
    return renderCard(own, ofCard, parameterFormat, gaps);
  });
  for (const { index, at } of givenCards) if (!(index in cards)) gaps.superfluous.push({ pointer: at, name: 'card' });
  return { ...card, cards, ...gaps };
}

/** A component of the template with its place. */
interface Part {
  readonly type: string;
  readonly value: Fields;
  readonly at: string;
}

function renderCard(parts: readonly Part[], given: readonly GivenComponent[], format: string | null, gaps: Gaps) {
  const body = the('BODY', parts);
  const footer = the('FOOTER', parts);
  const values = (type: string) => given.find((each) => each.type === type);
  return {
    header: renderHeader(the('HEADER', parts), values('header'), format, gaps),
    body: fillIn(body?.value.text, `${body?.at}/text`, values('body'), format, gaps),
    footer: textOf(footer?.value.text),
    buttons: renderButtons(the('BUTTONS', parts), given, gaps),
  };
}

function renderHeader(
  part: Part | undefined,
  given: GivenComponent | undefined,
  format: string | null,
  gaps: Gaps,
): RenderedHeader | null {
  const kind = (textOf(part?.value.format) ?? 'text').toLowerCase();
  if (part === undefined || kind === 'text') {
    const text = fillIn(part?.value.text, `${part?.at}/text`, given, format, gaps);
    return part === undefined ? null : { format: kind, text };
  }
  if ((given?.parameters.length ?? 0) === 0) gaps.missing.push({ pointer: part.at, name: kind });
  given?.parameters.slice(1).forEach((_, i) => {
    gaps.superfluous.push({ pointer: `${given.at}/parameters/${i + 1}`, name: kind });
  });
  return { format: kind, text: null };
}

/** The text with its values, by number or by name. */
function fillIn(
  text: unknown,
  at: string,
  given: GivenComponent | undefined,
  format: string | null,
  { missing, superfluous }: Gaps,
): string | null {
  const parameters = given?.parameters ?? [];
  const variables = variablesOf(text, format);
  const values = new Map(parameters.map((parameter, i) => [nameOf(parameter, i, variables), parameter]));
  parameters.forEach((parameter, i) => {
    const name = nameOf(parameter, i, variables);
    const isRepeated = values.get(name) !== parameter;
    if (isRepeated || !variables.names.includes(name))
      superfluous.push({ pointer: `${given?.at}/parameters/${i}`, name });
  });
  for (const name of variables.names) if (wordsOf(values.get(name)) === null) missing.push({ pointer: at, name });
  return textOf(text)?.replace(VARIABLE, (whole, name: string) => wordsOf(values.get(name)) ?? whole) ?? null;
}

function renderButtons(part: Part | undefined, given: readonly GivenComponent[], gaps: Gaps): RenderedButton[] {
  const buttons = listOf(part?.value.buttons).map((each) => (isFields(each) ? each : {}));
  const values = given.filter((each) => each.type === 'button');
  for (const { index, at } of values) if (!(index in buttons)) gaps.superfluous.push({ pointer: at, name: 'button' });
  return buttons.map((button, i) => {
    const type = (textOf(button.type) ?? '').toUpperCase();
    const value = wordsOf(values.find((each) => each.index === i)?.parameters[0]);
    const at = `${part?.at}/buttons/${i}`;
    return { type, text: textOf(button.text), value: valueOfButton(type, button, value, at, gaps) };
  });
}

function valueOfButton(type: string, button: Fields, value: string | null, at: string, gaps: Gaps): string | null {
  if (type === 'COPY_CODE') {
    if (value === null) gaps.missing.push({ pointer: at, name: 'coupon_code' });
    return value;
  }
  if (type !== 'URL') return textOf(button.phone_number);
  const url = textOf(button.url);
  for (const name of value === null ? variablesOf(url, null).names : [])
    gaps.missing.push({ pointer: `${at}/url`, name });
  return url?.replace(VARIABLE, (whole) => value ?? whole) ?? null;
}

function nameOf(parameter: unknown, i: number, { isNamed }: Variables): string {
  const name = isNamed && isFields(parameter) ? textOf(parameter.parameter_name) : null;
  return name ?? (isNamed ? '' : String(i + 1));
}

/** What a person reads for a parameter; Meta shows the fallback of dates and amounts. */
function wordsOf(parameter: unknown): string | null {
  if (!isFields(parameter)) return null;
  const { text, coupon_code: code, currency, date_time: date } = parameter;
  const fallback = [currency, date].flatMap((each) => (isFields(each) ? [textOf(each.fallback_value)] : []))[0];
  return textOf(text) ?? textOf(code) ?? fallback ?? null;
}

function the(type: string, parts: readonly Part[]): Part | undefined {
  return parts.find((part) => part.type === type);
}

function partsOf(list: unknown, at: string): Part[] {
  return listOf(list).flatMap((value, i) =>
    isFields(value) ? [{ type: (textOf(value.type) ?? '').toUpperCase(), value, at: `${at}/${i}` }] : [],
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
