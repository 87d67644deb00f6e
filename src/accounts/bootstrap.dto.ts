import { Type } from 'class-transformer';
import {
  ArrayNotEmpty,
  IsArray,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';

/** Ids of Meta's are runs of digits. */
const META_ID = /^\d{1,32}$/;
const META_ID_RULE = { message: '$property must be an id of Meta: digits only' };

/** An API key of a portfolio. */
export class BootstrapApiKey {
  /** What the key is for, as people will read it. */
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  name: string;

  /** The key itself; only its hash is stored. */
  @IsString()
  @MinLength(32, { message: 'key must have at least 32 characters' })
  @MaxLength(512)
  key: string;

  /** Scopes such as `messages:write`, or `*` for all. */
  @IsArray()
  @ArrayNotEmpty()
  @IsString({ each: true })
  scopes: string[];
}

/** A Meta app. */
export class BootstrapApp {
  @Matches(META_ID, META_ID_RULE)
  app_id: string;

  /** Meta signs webhooks with it. */
  @IsString()
  @MinLength(1)
  app_secret: string;

  /** Meta repeats it in the handshake. */
  @IsString()
  @MinLength(1)
  verify_token: string;
}

/** A business phone number. */
export class BootstrapPhoneNumber {
  @Matches(META_ID, META_ID_RULE)
  phone_number_id: string;

  @IsString()
  @MinLength(1)
  @MaxLength(32)
  display_phone_number: string;
}

/** A WhatsApp Business Account. */
export class BootstrapWaba {
  @Matches(META_ID, META_ID_RULE)
  waba_id: string;

  @Matches(META_ID, META_ID_RULE)
  app_id: string;

  @IsString()
  @MinLength(1)
  access_token: string;

  @IsOptional()
  @IsString()
  name?: string;

  /** Left out: read from the Graph API. */
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => BootstrapPhoneNumber)
  phone_numbers?: BootstrapPhoneNumber[];
}

/** A business portfolio: one tenant. */
export class BootstrapPortfolio {
  @Matches(META_ID, META_ID_RULE)
  business_id: string;

  @IsString()
  @MinLength(1)
  @MaxLength(200)
  name: string;

  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => BootstrapApiKey)
  api_keys?: BootstrapApiKey[];

  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => BootstrapApp)
  apps?: BootstrapApp[];

  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => BootstrapWaba)
  wabas?: BootstrapWaba[];
}

/** The file that `BOOTSTRAP_FILE` names. */
export class BootstrapFile {
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => BootstrapPortfolio)
  portfolios: BootstrapPortfolio[];
}
