// The modules that the runtime brings.

import cf from "cloudfront";
import crypto from "crypto";

export { cf, crypto };
