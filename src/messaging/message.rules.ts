import {
  isISO8601,
  type ValidationArguments,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { isBsuid, parsePhone } from '../core/phone/recipient.js';
import { KIND_NAMES } from './kinds/kinds.js';

/** `to` is a phone number in international form. */
@ValidatorConstraint({ name: 'isInternationalPhone' })
export class PhoneRule implements ValidatorConstraintInterface {
  /** Whether the value is one. */
  validate(value: unknown): boolean {
    return typeof value === 'string' && parsePhone(value) !== null;
  }

  /** What is wrong, without repeating the number. */
  defaultMessage(): string {
    return 'to must be a phone number in international form: + and country code, 8 to 15 digits in all';
  }
}

/** `recipient` is a business-scoped user id, and stands alone. */
@ValidatorConstraint({ name: 'isBsuid' })
export class RecipientRule implements ValidatorConstraintInterface {
  /** Whether the value is one and `to` is absent. */
  validate(value: unknown, args: ValidationArguments): boolean {
    return typeof value === 'string' && isBsuid(value) && (args.object as { to?: unknown }).to === undefined;
  }

  /** What is wrong. */
  defaultMessage(): string {
    return 'recipient must be a business-scoped user id such as US.1349…, given instead of to';
  }
}

/** Exactly the content object named like the type is there. */
@ValidatorConstraint({ name: 'hasContentOfItsType' })
export class KindContentRule implements ValidatorConstraintInterface {
  /** Whether that holds. */
  validate(_: unknown, args: ValidationArguments): boolean {
    return wrongContent(args) === null;
  }

  /** Which one is missing or too much. */
  defaultMessage(args: ValidationArguments): string {
    return wrongContent(args) ?? '';
  }
}

function wrongContent(args: ValidationArguments): string | null {
  const message = args.object as Record<string, unknown>;
  const type = String(args.value);
  if (!(KIND_NAMES as string[]).includes(type)) return null;
  if (message[type] === undefined || message[type] === null) return `${type} must be given when type is ${type}`;
  const extra = KIND_NAMES.find((kind) => kind !== type && message[kind] !== undefined);
  return extra === undefined ? null : `${extra} must not be given when type is ${type}`;
}

const MOST_METADATA_BYTES = 4096;

/** The value's JSON is at most 4 kB. */
@ValidatorConstraint({ name: 'jsonSize' })
export class JsonSizeRule implements ValidatorConstraintInterface {
  /** Whether it is. */
  validate(value: unknown): boolean {
    return Buffer.byteLength(JSON.stringify(value) ?? '') <= MOST_METADATA_BYTES;
  }

  /** The rule. */
  defaultMessage(args: ValidationArguments): string {
    return `${args.property} must be at most ${MOST_METADATA_BYTES} bytes of JSON`;
  }
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** An instant with its offset (RFC 3339): without one it would be another instant in every time zone. */
@ValidatorConstraint({ name: 'isInstant' })
export class InstantRule implements ValidatorConstraintInterface {
  /** Whether the value is one. */
  validate(value: unknown): boolean {
    return typeof value === 'string' && INSTANT.test(value) && isISO8601(value, { strict: true });
  }

  /** The rule, with an example. */
  defaultMessage(args: ValidationArguments): string {
    return `${args.property} must be an instant with its offset, such as 2026-12-01T09:00:00Z`;
  }
}
