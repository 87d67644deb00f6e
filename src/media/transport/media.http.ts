import { Controller, Delete, Get, HttpCode, Param, Post, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { MEDIA_TYPES } from '../../core/media/media-types.js';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { ApiProblem } from '../../platform/http/api-problem.js';
import { IdempotencyKey } from '../../platform/http/idempotency-key.js';
import { Parts, TakesForms, type UploadPart } from '../../platform/http/multipart.js';
import { MediaIdParam, MediaView, UploadMediaForm } from '../media.dto.js';
import { type MediaContent, MediaService } from '../media.service.js';

/** Files over REST. */
@ApiTags('media')
@ApiBearerAuth()
@Controller('v1/media')
export class MediaHttpController {
  constructor(private readonly media: MediaService) {}

  /** Takes a file on. */
  @Post()
  @HttpCode(201)
  @TakesForms()
  @Scope('media:write')
  @ApiOperation({
    operationId: 'uploadMedia',
    summary: 'Upload a file to send',
    description:
      'Answers once the file is kept. Name it by its `id` in any number of messages from any of your numbers: it goes to ' +
      'Meta once per number and content, and again before Meta forgets it.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key and file give the same answer, and the file is kept once.',
  })
  @ApiConsumes('multipart/form-data')
  @ApiBody({ type: UploadMediaForm })
  @ApiResponse({ status: 201, description: 'Kept.', type: MediaView })
  @ApiProblem(400, 401, 403, 413, 415, 422, 503)
  upload(
    @CurrentTenant() tenant: Tenant,
    @IdempotencyKey() key: string | null,
    @Parts() parts: AsyncIterable<UploadPart>,
  ): Promise<MediaView> {
    return this.media.upload(tenant, parts, key);
  }

  /** Shows a file. */
  @Get(':id')
  @Scope('media:read')
  @ApiOperation({ operationId: 'getMedia', summary: 'Show what is known of a file' })
  @ApiResponse({ status: 200, description: 'The file.', type: MediaView })
  @ApiProblem(400, 401, 403, 404, 503)
  get(@CurrentTenant() tenant: Tenant, @Param() { id }: MediaIdParam): Promise<MediaView> {
    return this.media.get(tenant, id);
  }

  /** Gives its bytes. */
  @Get(':id/content')
  @Scope('media:read')
  @ApiOperation({
    operationId: 'getMediaContent',
    summary: 'Download the bytes of a file',
    description:
      'A file that a person sent (`media_id` of `inbound_message.received`) is fetched from Meta first, unless that was ' +
      'done before: the answer begins once the file is whole and has the hash that its webhook told.',
  })
  @ApiResponse({
    status: 200,
    description: 'The bytes.',
    content: Object.fromEntries([...Object.keys(MEDIA_TYPES), '*/*'].map((type) => [type, { schema: {} }])),
  })
  @ApiProblem(400, 401, 403, 404, 409, 422, 502, 503)
  async content(@CurrentTenant() tenant: Tenant, @Param() { id }: MediaIdParam): Promise<StreamableFile> {
    return toStream(await this.media.open(tenant, id));
  }

  /** Removes a file. */
  @Delete(':id')
  @HttpCode(204)
  @Scope('media:write')
  @ApiOperation({ operationId: 'deleteMedia', summary: 'Remove a file' })
  @ApiResponse({ status: 204, description: 'Removed. Messages that name it and are not sent yet will be rejected.' })
  @ApiProblem(400, 401, 403, 404, 503)
  remove(@CurrentTenant() tenant: Tenant, @Param() { id }: MediaIdParam): Promise<void> {
    return this.media.remove(tenant, id);
  }
}

/** A file of somebody else's making is offered for download and never shown in a browser under our name. */
function toStream({ view, content }: MediaContent): StreamableFile {
  return new StreamableFile(content, {
    type: view.mime_type,
    disposition: `attachment; filename*=UTF-8''${encodeURIComponent(view.filename ?? view.id)}`,
    ...(view.size_bytes === null ? {} : { length: view.size_bytes }),
  });
}
