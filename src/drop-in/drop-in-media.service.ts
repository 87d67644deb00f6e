import { Injectable } from '@nestjs/common';
import { AccountsService } from '../accounts/accounts.service.js';
import { unknownObject } from '../core/cloud-api/graph-error-body.js';
import { GatewayError } from '../core/gateway-error.js';
import type { MediaView } from '../media/media.dto.js';
import { MediaService } from '../media/media.service.js';
import type { Tenant } from '../platform/auth/principal.js';
import type { UploadPart } from '../platform/http/multipart.js';
import { Runtime } from '../platform/runtime.js';
import type { GraphAnswer } from './drop-in.service.js';
import { newTraceId } from './trace-id.js';

/** What asks for a file. */
export interface MediaCall {
  readonly method: 'GET' | 'DELETE';
  readonly id: string;
  /** Where the caller reached us, for links. */
  readonly origin: string;
}

/** What we answer to an upload. */
const OUR_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What a webhook of Meta's names a file by. */
const META_ID = /^\d{1,32}$/;

/**
 * The Cloud API's calls for files. What a client uploads is kept by us and answered with an id of ours: it works in
 * messages from every number of the portfolio and does not end after 30 days, as Meta's would. A file that a person
 * sent goes by the id that Meta gave it, as in its webhook and in our event of it, or by ours.
 */
@Injectable()
export class DropInMediaService {
  constructor(
    private readonly media: MediaService,
    private readonly accounts: AccountsService,
    private readonly runtime: Runtime,
  ) {}

  /** `POST /{phone_number_id}/media`: keeps a file. */
  async upload(
    tenant: Tenant,
    phoneNumberId: string,
    parts: AsyncIterable<UploadPart>,
    idempotencyKey: string | null,
  ): Promise<GraphAnswer> {
    if (this.accounts.phoneNumber(phoneNumberId)?.portfolioId !== tenant.portfolioId) {
      return unknownObject('POST', phoneNumberId, newTraceId());
    }
    return { status: 200, body: { id: (await this.media.upload(tenant, parts, idempotencyKey)).id } };
  }

  /**
   * `GET` and `DELETE /{media_id}`: shows a file with a link to its bytes, or removes it. A file of a person's is
   * fetched from Meta before it is shown, because Meta's answer tells its size, which no webhook does.
   */
  async answer(tenant: Tenant, call: MediaCall): Promise<GraphAnswer> {
    try {
      const id = await this.ourId(tenant, call.id);
      if (call.method === 'GET') return { status: 200, body: this.shown(await this.media.getStored(tenant, id), call) };
      await this.media.remove(tenant, id);
      return { status: 200, body: { success: true } };
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'not_found') {
        return unknownObject(call.method, call.id, newTraceId());
      }
      throw error;
    }
  }

  private async ourId(tenant: Tenant, id: string): Promise<string> {
    if (OUR_ID.test(id)) return id;
    if (META_ID.test(id)) return (await this.media.getByMetaId(tenant, id)).id;
    throw new GatewayError('not_found', 'This is no id of a file.');
  }

  /**
   * As Meta shows it, under the id that was asked for; the link wants the same key, and does not end after five minutes
   * as Meta's does.
   */
  private shown(media: MediaView, { id, origin }: MediaCall): object {
    return {
      messaging_product: 'whatsapp',
      url: `${this.runtime.config.publicUrl ?? origin}/v1/media/${media.id}/content`,
      mime_type: media.mime_type,
      sha256: media.sha256,
      file_size: media.size_bytes,
      id,
    };
  }
}
