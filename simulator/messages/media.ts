import { all, exactlyOneOf, flag, type Members, object, optional, type Rule, text, url } from './rules.js';

/** A file by the id of an upload or by a link, one of both, with what else the kind lets a client say about it. */
export const mediaObject = (extra: Members = {}): Rule =>
  all(exactlyOneOf('id', 'link'), object({ id: optional(text()), link: optional(url), ...extra }));

const CAPTION = { caption: optional(text({ max: 1024, min: 0 })) };

/** Kinds whose content is a file (cloud-api.md §1.3). */
export const MEDIA_KINDS = {
  image: mediaObject(CAPTION),
  video: mediaObject(CAPTION),
  document: mediaObject({ ...CAPTION, filename: optional(text()) }),
  audio: mediaObject({ voice: optional(flag) }),
  sticker: mediaObject(),
} as const satisfies Record<string, Rule>;
