import type { GraphRefusal } from '../graph/graph-error.js';
import { invalidParameter } from '../graph/invalid-parameter.js';
import type { Profile } from './phone-record.js';

/** Industries that `vertical` may name. */
const VERTICALS = [
  'OTHER',
  'AUTO',
  'BEAUTY',
  'APPAREL',
  'EDU',
  'ENTERTAIN',
  'EVENT_PLAN',
  'FINANCE',
  'GROCERY',
  'GOVT',
  'HOTEL',
  'HEALTH',
  'NONPROFIT',
  'PROF_SERVICES',
  'RETAIL',
  'TRAVEL',
  'RESTAURANT',
  'ALCOHOL',
  'ONLINE_GAMBLING',
  'PHYSICAL_GAMBLING',
  'OTC_DRUGS',
  'MATRIMONY_SERVICE',
  'UNDEFINED',
  'NOT_A_BIZ',
  '',
];

/** Texts of a profile with the characters they may have at least and at most. Source: Meta's OpenAPI. */
const TEXTS: Readonly<Record<string, readonly [number, number]>> = {
  about: [1, 139],
  address: [0, 256],
  description: [0, 512],
  email: [0, 128],
};

const MEMBERS = [...Object.keys(TEXTS), 'messaging_product', 'profile_picture_handle', 'vertical', 'websites'];

type Fields = Readonly<Record<string, unknown>>;

/** The profile as `POST /{phone}/whatsapp_business_profile` makes it, or what Graph refuses it for. */
export function changedProfile(profile: Profile, body: Fields): Profile | GraphRefusal {
  const refusal = refusalOf(body);
  if (refusal) return refusal;
  const { messaging_product: _, profile_picture_handle: handle, ...members } = body;
  const picture =
    handle === undefined
      ? {}
      : { profile_picture_url: `https://pps.whatsapp.net/v/t61.24694-24/${encodeURIComponent(String(handle))}` };
  return { ...profile, ...members, ...picture } as Profile;
}

function refusalOf(body: Fields): GraphRefusal | undefined {
  if (body.messaging_product !== 'whatsapp')
    return invalidParameter({ field: 'messaging_product', rule: 'messaging_product must be whatsapp' });
  const unknown = Object.keys(body).find((key) => !MEMBERS.includes(key));
  if (unknown !== undefined) return invalidParameter({ field: unknown, rule: `Unexpected key "${unknown}" on param` });
  for (const [field, [least, most]] of Object.entries(TEXTS)) {
    const text = body[field];
    if (text === undefined) continue;
    const isGood = typeof text === 'string' && text.length >= least && text.length <= most;
    if (!isGood)
      return invalidParameter({
        field,
        rule: `Param ${field} must be at least ${least} and at most ${most} characters long.`,
      });
  }
  if (typeof body.email === 'string' && body.email !== '' && !/^\S+@\S+\.\S+$/.test(body.email)) {
    return invalidParameter({ field: 'email', rule: 'Param email must be an email address.' });
  }
  if (body.vertical !== undefined && !VERTICALS.includes(String(body.vertical))) {
    return invalidParameter({ field: 'vertical', rule: `Param vertical must be one of {${VERTICALS.join(', ')}}` });
  }
  return websitesRefusal(body.websites);
}

function websitesRefusal(websites: unknown): GraphRefusal | undefined {
  if (websites === undefined) return undefined;
  const isGood =
    Array.isArray(websites) &&
    websites.length <= 2 &&
    websites.every(
      (site) => typeof site === 'string' && site.length <= 256 && /^https?:\/\//.test(site) && URL.canParse(site),
    );
  return isGood
    ? undefined
    : invalidParameter({
        field: 'websites',
        rule: 'Param websites must be a list of at most 2 URLs of at most 256 characters.',
      });
}

/** The members of a profile that `fields` asks for; about and the like come only when they are set. */
export function shownProfile(
  profile: Profile,
  fields: string | null,
): Record<string, unknown> | { readonly unknownField: string } {
  const all: Record<string, unknown> = { ...profile };
  const shown: Record<string, unknown> = {};
  const names = fields ? fields.split(',').map((name) => name.trim()) : Object.keys(all);
  for (const name of names) {
    const isKnown = name === 'profile_picture_url' || name === 'messaging_product' || MEMBERS.includes(name);
    if (!isKnown || name === 'profile_picture_handle') return { unknownField: name };
    if (all[name] !== undefined) shown[name] = all[name];
  }
  return { ...shown, messaging_product: 'whatsapp' };
}
