import { type JsonObject, objectsIn, type TemplateCategory } from './template.js';
import { fault, faultIn, firstFault, type TemplateFault } from './template-fault.js';
import { variablesOf } from './template-text.js';

/** Subcode of everything that is wrong with buttons. */
const BUTTON = 2388060;

interface ButtonRule {
  /** Buttons of this kind a template may have. */
  readonly most: number;
  /** Characters its label may have; undefined: Meta writes the label. */
  readonly label?: number;
  readonly only?: readonly TemplateCategory[];
  readonly fault?: (button: JsonObject, field: string) => TemplateFault | undefined;
}

const LONGEST_URL = 2000;
const LONGEST_CODE = 20;
const LONGEST_COUPON_OF_OFFER = 15;

/** Kinds of buttons. Source: cloud-api.md §3.3; ORDER_DETAILS and POSTBACK are seen in the wild and let through. */
const BUTTONS: Readonly<Record<string, ButtonRule>> = {
  QUICK_REPLY: { most: 10, label: 25 },
  URL: { most: 2, label: 25, fault: urlFault },
  PHONE_NUMBER: { most: 1, label: 25, fault: phoneFault },
  COPY_CODE: { most: 1, only: ['MARKETING', 'UTILITY'], fault: codeFault },
  OTP: { most: 1, only: ['AUTHENTICATION'], fault: otpFault },
  FLOW: { most: 1, label: 25, only: ['MARKETING', 'UTILITY'], fault: flowFault },
  CATALOG: { most: 1, label: 25, only: ['MARKETING'] },
  MPM: { most: 1, label: 25, only: ['MARKETING'] },
  SPM: { most: 1, label: 25, only: ['MARKETING'] },
  VOICE_CALL: { most: 1, label: 20, fault: voiceFault },
  REQUEST_CONTACT_INFO: { most: 1, label: 25 },
  APP: { most: 1, label: 25 },
  ORDER_DETAILS: { most: 1, label: 25 },
  POSTBACK: { most: 10, label: 25 },
};

/** Judges the buttons of a template or of a card. `hasOffer`: the template is a limited-time offer. */
export function buttonsFault(
  component: JsonObject,
  category: TemplateCategory,
  hasOffer: boolean,
): TemplateFault | undefined {
  const field = 'components[BUTTONS].buttons';
  const buttons = objectsIn(component.buttons);
  if (buttons.length === 0) return fault(BUTTON, field, `${field} must have at least one button`);
  if (buttons.length > 10) return fault(BUTTON, field, `${field} can have at most 10 buttons`);
  return firstFault(
    () => faultIn(buttons, (button, i) => buttonFault(button, `${field}[${i}]`, category)),
    () => countFault(buttons, field),
    () => groupFault(buttons, field),
    () => (hasOffer ? offerCodeFault(buttons, field) : undefined),
    () =>
      category === 'AUTHENTICATION' && buttons.length !== 1
        ? fault(BUTTON, field, 'AUTHENTICATION needs exactly one OTP button')
        : undefined,
  );
}

function buttonFault(button: JsonObject, field: string, category: TemplateCategory): TemplateFault | undefined {
  const rule = BUTTONS[String(button.type)];
  if (!rule) return fault(BUTTON, `${field}.type`, `${field}.type must be one of ${Object.keys(BUTTONS).join(', ')}`);
  if (rule.only && !rule.only.includes(category)) {
    return fault(
      BUTTON,
      `${field}.type`,
      `${field}: ${button.type} is not allowed in a template of category ${category}`,
    );
  }
  if (category === 'AUTHENTICATION' && button.type !== 'OTP') {
    return fault(BUTTON, `${field}.type`, `${field}: AUTHENTICATION takes an OTP button only`);
  }
  return labelFault(button, rule, field) ?? rule.fault?.(button, field);
}

function labelFault(button: JsonObject, { label }: ButtonRule, field: string): TemplateFault | undefined {
  if (label === undefined) return undefined;
  const { text } = button;
  if (typeof text !== 'string' || text.trim() === '')
    return fault(BUTTON, `${field}.text`, `${field}.text is required`);
  if ([...text].length > label)
    return fault(2388040, `${field}.text`, `${field}.text can have at most ${label} characters`);
  if (variablesOf(text).length > 0) return fault(BUTTON, `${field}.text`, `${field}.text can't have variables`);
  return undefined;
}

function countFault(buttons: readonly JsonObject[], field: string): TemplateFault | undefined {
  return faultIn(Object.entries(BUTTONS), ([type, { most }]) => {
    const count = buttons.filter((button) => button.type === type).length;
    return count > most
      ? fault(BUTTON, field, `${field} can have at most ${most} of type ${type}, this has ${count}`)
      : undefined;
  });
}

/** Quick replies must stand together, before or after all others. */
function groupFault(buttons: readonly JsonObject[], field: string): TemplateFault | undefined {
  const changes = buttons.filter(
    (button, i) => i > 0 && (button.type === 'QUICK_REPLY') !== (buttons[i - 1]?.type === 'QUICK_REPLY'),
  );
  return changes.length > 1
    ? fault(BUTTON, field, `${field}: quick replies must stand together in one group`)
    : undefined;
}

function offerCodeFault(buttons: readonly JsonObject[], field: string): TemplateFault | undefined {
  const code = sampleOf(buttons.find(({ type }) => type === 'COPY_CODE'));
  if (code === undefined || code.length <= LONGEST_COUPON_OF_OFFER) return undefined;
  return fault(BUTTON, field, `${field}: the code of an offer can have at most ${LONGEST_COUPON_OF_OFFER} characters`);
}

/** The sample of a button, given as a string or as a list of one. */
function sampleOf(button: JsonObject | undefined): string | undefined {
  const example: unknown = Array.isArray(button?.example) ? button.example[0] : button?.example;
  return typeof example === 'string' && example !== '' ? example : undefined;
}

function urlFault(button: JsonObject, field: string): TemplateFault | undefined {
  const { url } = button;
  const bare = typeof url === 'string' ? url.replace(/\{\{[^{}]*\}\}/g, '') : '';
  if (typeof url !== 'string' || !/^https?:\/\/\S+$/.test(url) || !URL.canParse(bare)) {
    return fault(BUTTON, `${field}.url`, `${field}.url must be an http(s) URL`);
  }
  if (url.length > LONGEST_URL)
    return fault(2388040, `${field}.url`, `${field}.url can have at most ${LONGEST_URL} characters`);
  const count = variablesOf(url).length;
  if (count === 0) return undefined;
  if (count > 1 || !url.endsWith('}}')) {
    return fault(BUTTON, `${field}.url`, `${field}.url can have one variable, at its end`);
  }
  return sampleOf(button) === undefined
    ? fault(2388043, `${field}.example`, `${field}.example must have a sample of the URL`)
    : undefined;
}

function phoneFault({ phone_number: phone }: JsonObject, field: string): TemplateFault | undefined {
  const isGood = typeof phone === 'string' && phone.length <= 20 && /^\+?[\d\s()-]{5,}$/.test(phone);
  return isGood
    ? undefined
    : fault(BUTTON, `${field}.phone_number`, `${field}.phone_number must be a phone number of at most 20 characters`);
}

function codeFault(button: JsonObject, field: string): TemplateFault | undefined {
  const code = sampleOf(button);
  if (code === undefined) return fault(2388043, `${field}.example`, `${field}.example is required`);
  return code.length > LONGEST_CODE
    ? fault(2388040, `${field}.example`, `${field}.example can have at most ${LONGEST_CODE} characters`)
    : undefined;
}

const OTP_TYPES = ['COPY_CODE', 'ONE_TAP', 'ZERO_TAP'];

function otpFault(button: JsonObject, field: string): TemplateFault | undefined {
  const type = String(button.otp_type);
  if (!OTP_TYPES.includes(type))
    return fault(BUTTON, `${field}.otp_type`, `${field}.otp_type must be one of ${OTP_TYPES.join(', ')}`);
  if (type === 'COPY_CODE') return undefined;
  if (type === 'ZERO_TAP' && button.zero_tap_terms_accepted !== true) {
    return fault(BUTTON, `${field}.zero_tap_terms_accepted`, `${field}.zero_tap_terms_accepted must be true`);
  }
  // Before supported_apps there was one app, named at the button itself; Meta still takes that form.
  const apps = button.supported_apps === undefined ? [button] : objectsIn(button.supported_apps);
  if (apps.length === 0 || apps.length > 5) {
    return fault(BUTTON, `${field}.supported_apps`, `${field}.supported_apps must have 1 to 5 apps`);
  }
  return faultIn(apps, (app) => {
    const isPackage = typeof app.package_name === 'string' && /^[a-zA-Z]\w*(\.[a-zA-Z]\w*)+$/.test(app.package_name);
    if (!isPackage)
      return fault(BUTTON, `${field}.package_name`, `${field}: package_name must be that of an Android app`);
    const isHash = typeof app.signature_hash === 'string' && /^[A-Za-z0-9+/=]{11}$/.test(app.signature_hash);
    return isHash
      ? undefined
      : fault(BUTTON, `${field}.signature_hash`, `${field}: signature_hash must have 11 characters`);
  });
}

function flowFault(button: JsonObject, field: string): TemplateFault | undefined {
  const given = ['flow_id', 'flow_name', 'flow_json'].filter((key) => button[key] !== undefined);
  return given.length === 1
    ? undefined
    : fault(BUTTON, field, `${field} needs exactly one of flow_id, flow_name and flow_json`);
}

function voiceFault({ ttl_minutes: ttl }: JsonObject, field: string): TemplateFault | undefined {
  const isGood = ttl === undefined || (typeof ttl === 'number' && ttl >= 1440 && ttl <= 43_200);
  return isGood ? undefined : fault(BUTTON, `${field}.ttl_minutes`, `${field}.ttl_minutes must be from 1440 to 43200`);
}
