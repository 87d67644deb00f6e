import { componentOf, objectsIn, type Rejection, type Template, textOf } from './template.js';

interface ReviewRule {
  readonly reason: string;
  /** What `rejection_info` says; Meta sends it for INVALID_FORMAT only. */
  readonly info?: Rejection['info'];
  readonly applies: (template: Template, others: readonly Template[]) => boolean;
}

const SHORTENERS = /\b(bit\.ly|tinyurl\.com|t\.co|goo\.gl|ow\.ly|is\.gd|buff\.ly|rebrand\.ly|cutt\.ly)\//i;
const CHAT_LINKS = /\b(wa\.me|api\.whatsapp\.com|chat\.whatsapp\.com)\//i;
/** Asking people for what nobody should write into a chat; naming it is allowed ("your password was changed"). */
const SENSITIVE =
  /\b(send|share|give|provide|reply with|tell) (us |me )?(your|the) (full )?(card number|credit card|cvv|pin|password|passport|social security|national id)/i;
const THREATS = /\b(or else|we will sue|legal action will)\b/i;
const SCAMS = /\b(you('ve| have) won|claim your prize|double your money|guaranteed profit|wire transfer fee)\b/i;
const PROMOTION = /\b(\d{1,3}\s?% off|discount|special offer|buy now|on sale|promo(tion)?s?|shop now|free gift)\b/i;

/** Everything people read in a template, on one line. */
function wordsOf({ components }: Template): string {
  const cards = objectsIn(componentOf(components, 'CAROUSEL')?.cards).flatMap((card) => objectsIn(card.components));
  return [...components, ...cards].map(textOf).join(' ');
}

function linksOf({ components }: Template): string {
  const cards = objectsIn(componentOf(components, 'CAROUSEL')?.cards).flatMap((card) => objectsIn(card.components));
  const buttons = [...components, ...cards].flatMap((component) => objectsIn(component.buttons));
  return buttons.map(({ url }) => (typeof url === 'string' ? url : '')).join(' ');
}

const bodyAndFooter = ({ components }: Template): string =>
  JSON.stringify([textOf(componentOf(components, 'BODY')), textOf(componentOf(components, 'FOOTER'))]);

/** Whether another approved template of the account says the same; AUTHENTICATION ones always do. */
function isCopy(template: Template, others: readonly Template[]): boolean {
  if (template.category === 'AUTHENTICATION') return false;
  const own = bodyAndFooter(template);
  return others.some(
    (other) =>
      other.id !== template.id &&
      other.language === template.language &&
      other.status === 'APPROVED' &&
      bodyAndFooter(other) === own,
  );
}

/** Why a review refuses, in this order. Source: cloud-api.md §3.4 and Meta's review page; the words are our choice. */
const RULES: readonly ReviewRule[] = [
  { reason: 'SCAM', applies: (template) => SCAMS.test(wordsOf(template)) },
  {
    reason: 'ABUSIVE_CONTENT',
    applies: (template) => THREATS.test(wordsOf(template)) || SENSITIVE.test(wordsOf(template)),
  },
  {
    reason: 'INVALID_FORMAT',
    info: {
      reason: 'Your template has a shortened link or a link to WhatsApp in a button.',
      recommendation: 'Use the full URL of your own site; to open a chat use a quick reply.',
    },
    applies: (template) => SHORTENERS.test(linksOf(template)) || CHAT_LINKS.test(linksOf(template)),
  },
  {
    reason: 'INVALID_FORMAT',
    info: {
      reason: 'Your template has the same body and footer as another approved template.',
      recommendation: 'Use the existing template, or change the wording.',
    },
    applies: isCopy,
  },
  {
    reason: 'INCORRECT_CATEGORY',
    applies: (template) => template.category === 'UTILITY' && PROMOTION.test(wordsOf(template)),
  },
];

/** What a review says: why it refuses, or undefined when it approves. `others`: the templates of the same account. */
export function reviewTemplate(template: Template, others: readonly Template[]): Rejection | undefined {
  const rule = RULES.find(({ applies }) => applies(template, others));
  if (!rule) return undefined;
  return { reason: rule.reason, ...(rule.info ? { info: rule.info } : {}) };
}
