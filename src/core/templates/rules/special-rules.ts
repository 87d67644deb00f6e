import { isFields } from '../../shape/object-shape.js';
import { allButtons, buttonsOf, capitals, type Draft, lengthOf, listOf, type Part, textOf } from '../draft.js';
import { type LintRule, when } from '../lint-rule.js';

const OFFER = 'Meta, "Limited-time offer templates"';
const CAROUSEL = 'Meta, "Media card carousel templates"';
const AUTHENTICATION = 'Meta, "Authentication templates"';

/** Life of a message in seconds before Meta gives it up, by category; -1 is 30 days. */
const TTL: Readonly<Record<string, { readonly min: number; readonly max: number }>> = {
  AUTHENTICATION: { min: 30, max: 900 },
  UTILITY: { min: 30, max: 43_200 },
  MARKETING: { min: 43_200, max: 2_592_000 },
};

const find = (components: readonly Part[], type: string) => components.find((part) => part.type === type);
const body = { type: 'BODY', text: 'Your order is on its way.' };
const image = { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::aW'] } };
const offer = (text: string, ...more: object[]) => ({
  category: 'MARKETING',
  components: [body, { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text } }, ...more],
});
const card = (...texts: string[]) => ({
  components: [image, { type: 'BUTTONS', buttons: texts.map((text) => ({ type: 'QUICK_REPLY', text })) }],
});
const carousel = (...cards: object[]) => ({ category: 'MARKETING', components: [body, { type: 'CAROUSEL', cards }] });
const code = (button: object, footer: object = { code_expiration_minutes: 10 }) => ({
  category: 'AUTHENTICATION',
  components: [
    { type: 'BODY', add_security_recommendation: true },
    { type: 'FOOTER', ...footer },
    { type: 'BUTTONS', buttons: [{ type: 'OTP', ...button }] },
  ],
});
const copyCode = { otp_type: 'COPY_CODE' };

const formOf = (components: readonly Part[]) => ({
  header: capitals(find(components, 'HEADER')?.value.format),
  buttons: buttonsOf(components)
    .map((button) => button.type)
    .join(),
});

const appsOf = (button: Part) =>
  Array.isArray(button.value.supported_apps) ? listOf(button.value.supported_apps) : [button.value];

const isApp = (app: unknown) =>
  isFields(app) && /^[\w.]+\.[\w.]+$/.test(textOf(app.package_name)) && lengthOf(textOf(app.signature_hash)) === 11;

/** Offers, carousels, one-time codes, and how long a message may wait. */
export const SPECIAL_RULES: readonly LintRule[] = [
  {
    rule: 'offer_form',
    severity: 'error',
    fix: 'Keep the offer’s text to 16 characters, its header to an image or a video, and leave the footer out.',
    source: OFFER,
    check: ({ components }) => {
      const part = find(components, 'LIMITED_TIME_OFFER');
      if (part === undefined) return [];
      const inner = isFields(part.value.limited_time_offer) ? part.value.limited_time_offer : {};
      const length = lengthOf(textOf(inner.text));
      const header = find(components, 'HEADER');
      const footer = find(components, 'FOOTER');
      const hasFile = header === undefined || ['IMAGE', 'VIDEO'].includes(capitals(header.value.format));
      const at = `${part.at}/limited_time_offer/text`;
      return [
        ...when(length < 1 || length > 16, at, 'The text must have 1 to 16 characters.'),
        ...when(!hasFile, `${header?.at}/format`, 'Above an offer stands an image or a video.'),
        ...when(footer !== undefined, footer?.at ?? '', 'An offer has no footer.'),
      ];
    },
    examples: { good: offer('x'.repeat(16), image), bad: offer('x'.repeat(17)) },
  },
  {
    rule: 'marketing_only',
    severity: 'error',
    fix: 'Choose the category MARKETING.',
    source: `${OFFER}; ${CAROUSEL}`,
    check: ({ components, category }) =>
      components
        .filter((part) => ['LIMITED_TIME_OFFER', 'CAROUSEL'].includes(part.type) && category !== 'MARKETING')
        .map((part) => ({ pointer: part.at, message: 'Only marketing templates have this component.' })),
    examples: { good: offer('Ends soon'), bad: { ...offer('Ends soon'), category: 'UTILITY' } },
  },
  {
    rule: 'carousel_cards',
    severity: 'error',
    fix: 'Give 2 to 10 cards.',
    source: CAROUSEL,
    check: ({ components, cards }) => {
      const part = find(components, 'CAROUSEL');
      const isWrong = part !== undefined && (cards.length < 2 || cards.length > 10);
      return when(isWrong, `${part?.at}/cards`, 'A carousel has 2 to 10 cards.');
    },
    examples: { good: carousel(card('a'), card('b')), bad: carousel(card('a')) },
  },
  {
    rule: 'carousel_alike',
    severity: 'error',
    fix: 'Give all cards the same kind of header and the same buttons, two at most.',
    source: CAROUSEL,
    check: ({ cards }) => {
      const first = formOf(cards[0]?.components ?? []);
      return cards.flatMap(({ at, components }) => {
        const form = formOf(components);
        const isOther = form.header !== first.header || form.buttons !== first.buttons;
        return [
          ...when(isOther, at, 'The card has another header or other buttons than the first.'),
          ...when(buttonsOf(components).length > 2, at, 'A card has two buttons at most.'),
        ];
      });
    },
    examples: { good: carousel(card('a'), card('b')), bad: carousel(card('a'), card('b', 'c')) },
  },
  {
    rule: 'code_body',
    severity: 'error',
    fix: 'Leave the text out; Meta writes it. Set add_security_recommendation if you want the warning.',
    source: AUTHENTICATION,
    check: ({ components, category }) => {
      const part = find(components, 'BODY');
      const hasText = category === 'AUTHENTICATION' && part?.value.text !== undefined;
      const header = category === 'AUTHENTICATION' ? find(components, 'HEADER') : undefined;
      return [
        ...when(hasText, `${part?.at}/text`, 'The body of an authentication template is preset.'),
        ...when(header !== undefined, header?.at ?? '', 'An authentication template has no header.'),
      ];
    },
    examples: {
      good: code(copyCode),
      bad: { category: 'AUTHENTICATION', components: [{ type: 'BODY', text: 'Your code is {{1}}.' }] },
    },
  },
  {
    rule: 'code_footer',
    severity: 'error',
    fix: 'Give code_expiration_minutes from 1 to 90, or leave it out.',
    source: AUTHENTICATION,
    check: ({ components, category }) => {
      const part = find(components, 'FOOTER');
      const minutes = part?.value.code_expiration_minutes;
      const isGood = minutes === undefined || (Number(minutes) >= 1 && Number(minutes) <= 90);
      const at = `${part?.at}/code_expiration_minutes`;
      return when(category === 'AUTHENTICATION' && !isGood, at, 'A code lives 1 to 90 minutes.');
    },
    examples: {
      good: code(copyCode, { code_expiration_minutes: 90 }),
      bad: code(copyCode, { code_expiration_minutes: 91 }),
    },
  },
  {
    rule: 'code_button',
    severity: 'error',
    fix: 'Give an authentication template exactly one OTP button, and no other template one.',
    source: AUTHENTICATION,
    check: (draft) => {
      const codes = allButtons(draft).filter((button) => button.type === 'OTP');
      const isWrong = draft.category === 'AUTHENTICATION' ? codes.length !== 1 : codes.length > 0;
      return when(isWrong, codes[0]?.at ?? '/components', 'The OTP button is missing, or does not belong here.');
    },
    examples: { good: code(copyCode), bad: { category: 'AUTHENTICATION', components: [{ type: 'BODY' }] } },
  },
  {
    rule: 'code_apps',
    severity: 'error',
    fix: 'Name 1 to 5 apps with package_name and a signature_hash of 11 characters; for ZERO_TAP accept the terms.',
    source: AUTHENTICATION,
    check: (draft) =>
      otpButtons(draft).flatMap((button) => {
        const type = capitals(button.value.otp_type);
        if (type === 'COPY_CODE') return [];
        if (type !== 'ONE_TAP' && type !== 'ZERO_TAP')
          return when(true, `${button.at}/otp_type`, 'There is no such button.');
        const apps = appsOf(button);
        const isAccepted = type === 'ONE_TAP' || button.value.zero_tap_terms_accepted === true;
        return [
          ...when(apps.length > 5 || !apps.every(isApp), `${button.at}/supported_apps`, 'An app is not named in full.'),
          ...when(!isAccepted, `${button.at}/zero_tap_terms_accepted`, 'The terms of zero-tap are not accepted.'),
        ];
      }),
    examples: {
      good: code({
        otp_type: 'ONE_TAP',
        supported_apps: [{ package_name: 'com.example.shop', signature_hash: 'K8a/AINcGX7' }],
      }),
      bad: code({
        otp_type: 'ONE_TAP',
        supported_apps: [{ package_name: 'com.example.shop', signature_hash: 'short' }],
      }),
    },
  },
  {
    rule: 'time_to_live',
    severity: 'warning',
    fix: 'Use 30–900 s for authentication, 30–43,200 s for utility, 43,200–2,592,000 s for marketing, or -1 for 30 days.',
    source: 'Meta, "Time-to-live"',
    check: ({ value, category }) => {
      const ttl = value.message_send_ttl_seconds;
      const range = TTL[category];
      if (ttl === undefined || range === undefined) return [];
      const seconds = Number(ttl);
      const isGood = (seconds === -1 && category !== 'MARKETING') || (seconds >= range.min && seconds <= range.max);
      return when(!isGood, '/message_send_ttl_seconds', 'The time to live is outside the range of its category.');
    },
    examples: {
      good: { category: 'UTILITY', message_send_ttl_seconds: 43_200 },
      bad: { category: 'UTILITY', message_send_ttl_seconds: 43_201 },
    },
  },
];

function otpButtons(draft: Draft): Part[] {
  return allButtons(draft).filter((button) => button.type === 'OTP');
}
