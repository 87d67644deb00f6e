import {
  componentOf,
  type JsonObject,
  objectsIn,
  type ParameterFormat,
  type TemplateCategory,
  textOf,
} from './template.js';
import { buttonsFault } from './template-buttons.js';
import { fault, faultIn, firstFault, type TemplateFault } from './template-fault.js';
import { exampleFault, textFault, variablesOf } from './template-text.js';

const HEADER = 2388047;
const BODY = 2388072;
const FOOTER = 2388073;
const BUTTONS = 2388060;

const LONGEST_HEADER = 60;
const LONGEST_FOOTER = 60;
const LONGEST_BODY = 1024;
/** Bodies that share the screen with an offer, a product or a card. */
const LONGEST_BODY_OF_OFFER = 600;
const LONGEST_BODY_OF_CARD = 160;

const MEDIA_FORMATS = ['IMAGE', 'VIDEO', 'DOCUMENT', 'GIF'];
const FORMATS = ['TEXT', 'LOCATION', 'PRODUCT', ...MEDIA_FORMATS];

/** Components a template may have; the last ones come without rules of their own. Source: cloud-api.md §3.3. */
const KINDS = ['HEADER', 'BODY', 'FOOTER', 'BUTTONS', 'CAROUSEL', 'LIMITED_TIME_OFFER', 'CALL_PERMISSION_REQUEST'];

interface Context {
  readonly category: TemplateCategory;
  readonly format: ParameterFormat;
  readonly all: readonly JsonObject[];
}

/** Judges the components of a template as Meta does when it is created or edited. Kinds must be in upper case. */
export function componentsFault(
  components: readonly JsonObject[],
  category: TemplateCategory,
  format: ParameterFormat,
): TemplateFault | undefined {
  const context = { category, format, all: components };
  const part = (type: string): JsonObject | undefined => componentOf(components, type);
  return firstFault(
    () => kindsFault(components),
    () => headerFault(part('HEADER'), context),
    () => (category === 'AUTHENTICATION' ? otpBodyFault(part('BODY')) : bodyFault(part('BODY'), context)),
    () => footerFault(part('FOOTER'), context),
    () => authenticationFault(context),
    () => offerFault(part('LIMITED_TIME_OFFER'), context),
    () => carouselFault(part('CAROUSEL'), context),
    () => {
      const buttons = part('BUTTONS');
      return buttons && buttonsFault(buttons, category, part('LIMITED_TIME_OFFER') !== undefined);
    },
  );
}

function kindsFault(components: readonly JsonObject[]): TemplateFault | undefined {
  return faultIn(components, ({ type }, i) => {
    const field = `components[${i}].type`;
    if (!KINDS.includes(String(type))) return fault(BODY, field, `${field} must be one of ${KINDS.join(', ')}`);
    const isTwice = components.findIndex((other) => other.type === type) !== i;
    return isTwice ? fault(BODY, field, `components can have one ${type} only`) : undefined;
  });
}

function headerFault(header: JsonObject | undefined, { category, format }: Context): TemplateFault | undefined {
  if (!header) return undefined;
  const kind = String(header.format);
  const field = 'components[HEADER]';
  if (!FORMATS.includes(kind))
    return fault(HEADER, `${field}.format`, `${field}.format must be one of ${FORMATS.join(', ')}`);
  if (kind === 'PRODUCT' && category !== 'MARKETING') {
    return fault(HEADER, `${field}.format`, `${field}.format PRODUCT is for MARKETING only`);
  }
  if (MEDIA_FORMATS.includes(kind)) return handleFault(header, field);
  if (kind !== 'TEXT') return undefined;
  const rule = {
    field: `${field}.text`,
    longest: LONGEST_HEADER,
    variables: 1,
    subcode: HEADER,
    format,
    isBody: false,
  };
  return firstFault(
    () => textFault(header.text, rule),
    () => decorationFault(textOf(header), `${field}.text`),
    () => exampleFault(header, textOf(header), 'header_text', format),
  );
}

/** Headers are plain: no newline, no emoji, none of WhatsApp's marks for bold, italic, struck and fixed. */
function decorationFault(text: string, field: string): TemplateFault | undefined {
  const plain = text.replace(/\{\{[^{}]*\}\}/g, '');
  return /[\n*_~`]|\p{Extended_Pictographic}/u.test(plain)
    ? fault(HEADER, field, `${field} can't have new lines, formatting characters or emojis`)
    : undefined;
}

function handleFault(header: JsonObject, field: string): TemplateFault | undefined {
  const handles: unknown = (header.example as JsonObject | undefined)?.header_handle;
  const handle: unknown = Array.isArray(handles) ? handles[0] : handles;
  return typeof handle === 'string' && handle !== ''
    ? undefined
    : fault(
        2388043,
        `${field}.example.header_handle`,
        `${field}.example.header_handle must hold the handle of an upload`,
      );
}

/** How long a body may be, by what stands next to it. */
function longestBody({ all }: Context): number {
  if (componentOf(all, 'LIMITED_TIME_OFFER')) return LONGEST_BODY_OF_OFFER;
  return componentOf(all, 'HEADER')?.format === 'PRODUCT' ? LONGEST_BODY_OF_CARD : LONGEST_BODY;
}

function bodyFault(body: JsonObject | undefined, context: Context): TemplateFault | undefined {
  if (!body) return fault(BODY, 'components', 'components must have one BODY');
  const field = 'components[BODY].text';
  const { format } = context;
  const rule = { field, longest: longestBody(context), variables: 100, subcode: BODY, format, isBody: true };
  return textFault(body.text, rule) ?? exampleFault(body, textOf(body), 'body_text', format);
}

function otpBodyFault(body: JsonObject | undefined): TemplateFault | undefined {
  if (!body) return fault(BODY, 'components', 'components must have one BODY');
  const { text, add_security_recommendation: recommends } = body;
  if (text !== undefined) return fault(BODY, 'components[BODY].text', 'The text of AUTHENTICATION templates is preset');
  return recommends === undefined || typeof recommends === 'boolean'
    ? undefined
    : fault(BODY, 'components[BODY].add_security_recommendation', 'add_security_recommendation must be true or false');
}

function footerFault(footer: JsonObject | undefined, { category, format, all }: Context): TemplateFault | undefined {
  if (!footer) return undefined;
  const field = 'components[FOOTER]';
  if (componentOf(all, 'LIMITED_TIME_OFFER')) return fault(FOOTER, field, 'A limited-time offer has no FOOTER');
  if (category === 'AUTHENTICATION') {
    const minutes = footer.code_expiration_minutes;
    const isGood = minutes === undefined || (typeof minutes === 'number' && minutes >= 1 && minutes <= 90);
    return isGood
      ? undefined
      : fault(FOOTER, `${field}.code_expiration_minutes`, 'code_expiration_minutes must be from 1 to 90');
  }
  if (variablesOf(textOf(footer)).length > 0)
    return fault(FOOTER, `${field}.text`, `${field}.text can't have variables`);
  return textFault(footer.text, {
    field: `${field}.text`,
    longest: LONGEST_FOOTER,
    variables: 0,
    subcode: FOOTER,
    format,
    isBody: false,
  });
}

/** AUTHENTICATION templates are nearly all preset: no header, and an OTP button must be there. */
function authenticationFault({ category, all }: Context): TemplateFault | undefined {
  if (category !== 'AUTHENTICATION') return undefined;
  if (componentOf(all, 'HEADER')) return fault(HEADER, 'components[HEADER]', 'AUTHENTICATION templates have no HEADER');
  return componentOf(all, 'BUTTONS')
    ? undefined
    : fault(BUTTONS, 'components', 'AUTHENTICATION templates must have BUTTONS with one OTP button');
}

function offerFault(offer: JsonObject | undefined, { category, all }: Context): TemplateFault | undefined {
  if (!offer) return undefined;
  const field = 'components[LIMITED_TIME_OFFER].limited_time_offer';
  if (category !== 'MARKETING') return fault(BODY, field, 'LIMITED_TIME_OFFER is for MARKETING only');
  const { text, has_expiration: expires } = (offer.limited_time_offer ?? {}) as JsonObject;
  if (typeof text !== 'string' || text === '') return fault(BODY, `${field}.text`, `${field}.text is required`);
  if ([...text].length > 16) return fault(2388040, `${field}.text`, `${field}.text can have at most 16 characters`);
  const header = componentOf(all, 'HEADER');
  if (header && header.format !== 'IMAGE' && header.format !== 'VIDEO') {
    return fault(HEADER, 'components[HEADER].format', 'The HEADER of an offer must be IMAGE or VIDEO');
  }
  const types = objectsIn(componentOf(all, 'BUTTONS')?.buttons).map(({ type }) => type);
  if (expires === true && !types.includes('COPY_CODE')) {
    return fault(BUTTONS, 'components[BUTTONS].buttons', 'An offer that expires must have a COPY_CODE button');
  }
  return types.includes('URL')
    ? undefined
    : fault(BUTTONS, 'components[BUTTONS].buttons', 'An offer must have a URL button');
}

function carouselFault(carousel: JsonObject | undefined, { category, format }: Context): TemplateFault | undefined {
  if (!carousel) return undefined;
  const field = 'components[CAROUSEL].cards';
  if (category !== 'MARKETING') return fault(BODY, field, 'CAROUSEL is for MARKETING only');
  const cards = objectsIn(carousel.cards);
  if (cards.length < 2 || cards.length > 10) return fault(BODY, field, `${field} must have 2 to 10 cards`);
  const shapes = cards.map((card) => shapeOf(card));
  if (shapes.some((shape) => shape !== shapes[0])) {
    return fault(BODY, field, `${field}: all cards must have the same kind of header and the same buttons`);
  }
  return faultIn(cards, (card, i) => cardFault(card, `${field}[${i}]`, { category, format, all: [] }));
}

/** What must be the same in every card. */
function shapeOf(card: JsonObject): string {
  const parts = objectsIn(card.components);
  const buttons = objectsIn(componentOf(parts, 'BUTTONS')?.buttons).map(({ type }) => type);
  return JSON.stringify([componentOf(parts, 'HEADER')?.format, componentOf(parts, 'BODY') !== undefined, buttons]);
}

function cardFault(card: JsonObject, field: string, context: Context): TemplateFault | undefined {
  const parts = objectsIn(card.components);
  const [header, body, buttons] = ['HEADER', 'BODY', 'BUTTONS'].map((type) => componentOf(parts, type));
  if (!header) return fault(HEADER, `${field}.components`, `${field} must have a HEADER`);
  if (!buttons) return fault(BUTTONS, `${field}.components`, `${field} must have BUTTONS`);
  if (objectsIn(buttons.buttons).length > 2)
    return fault(BUTTONS, `${field}.components`, `${field} can have at most 2 buttons`);
  const { format } = context;
  const rule = {
    field: `${field}.text`,
    longest: LONGEST_BODY_OF_CARD,
    variables: 100,
    subcode: BODY,
    format,
    isBody: true,
  };
  return firstFault(
    () => headerFault(header, context),
    () => body && (textFault(body.text, rule) ?? exampleFault(body, textOf(body), 'body_text', format)),
    () => buttonsFault(buttons, 'MARKETING', false),
  );
}
