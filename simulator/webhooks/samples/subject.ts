/** Whom a sample is about. */
export interface Subject {
  readonly wabaId: string;
  readonly phoneNumberId: string;
  /** Digits of the business's number. */
  readonly digits: string;
  readonly businessId: string;
  /** Digits of a user's number. */
  readonly user: string;
  /** The user's business-scoped id. */
  readonly userId: string;
  /** A message id that no other sample of this run has. */
  readonly wamid: string;
  readonly seconds: number;
}

/** Makes the `value` of a webhook as Meta writes it. */
export type Sample = (subject: Subject) => Readonly<Record<string, unknown>>;

/** Samples of one field by name; the first is what is sent when no name is given. */
export type Samples = Readonly<Record<string, Sample>>;

/** What values about one number begin with. */
export const aboutNumber = ({ digits, phoneNumberId }: Subject) => ({
  messaging_product: 'whatsapp',
  metadata: { display_phone_number: digits, phone_number_id: phoneNumberId },
});
