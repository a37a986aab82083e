"""What the templates promise, each as a function from a deployment to its violations."""

from __future__ import annotations

from .content import (
    bucket_is_private,
    bucket_origin_uses_origin_access_control,
    bucket_policy_lets_only_the_distribution_read,
    errors_are_not_cached,
    every_behavior_has_its_policies,
    open_behaviors_expose_nothing,
    protected_behaviors_are_protected,
    viewers_use_tls,
)
from .edge import (
    context_comes_from_the_validator,
    cors_names_origins,
    credentials_stay_out_of_cache_and_origin,
    replicas_outlive_the_stack,
    state_is_cached_briefly,
    state_mapping_is_at_most_half,
    validator_fits_the_edge,
)
from .shape import CACHING_DISABLED, CACHING_OPTIMIZED, SIGNER, STATE, Promise
from .signer import (
    PUBLISHER_ENVIRONMENT,
    ROTATION_ENVIRONMENT,
    SESSION_ENVIRONMENT,
    changes_are_published,
    functions_are_set_up,
    iam_is_scoped,
    only_jwts_open_the_api,
    revocations_are_kept,
    rotations_end,
)
from .watch import (
    alarms_say_what_to_do,
    dashboard_can_be_read,
    logs_are_kept_and_hold_no_credentials,
    reasons_are_written,
)

__all__ = [
    "CACHING_DISABLED",
    "CACHING_OPTIMIZED",
    "OF_EVERY_STACK",
    "OF_THE_DISTRIBUTION",
    "Promise",
    "PUBLISHER_ENVIRONMENT",
    "ROTATION_ENVIRONMENT",
    "SESSION_ENVIRONMENT",
    "SIGNER",
    "STATE",
    "reasons_are_written",
]

OF_EVERY_STACK: list[Promise] = [
    alarms_say_what_to_do,
    changes_are_published,
    context_comes_from_the_validator,
    cors_names_origins,
    credentials_stay_out_of_cache_and_origin,
    dashboard_can_be_read,
    functions_are_set_up,
    iam_is_scoped,
    logs_are_kept_and_hold_no_credentials,
    only_jwts_open_the_api,
    replicas_outlive_the_stack,
    revocations_are_kept,
    rotations_end,
    state_is_cached_briefly,
    state_mapping_is_at_most_half,
    validator_fits_the_edge,
]
OF_THE_DISTRIBUTION: list[Promise] = [
    bucket_is_private,
    bucket_origin_uses_origin_access_control,
    bucket_policy_lets_only_the_distribution_read,
    errors_are_not_cached,
    every_behavior_has_its_policies,
    open_behaviors_expose_nothing,
    protected_behaviors_are_protected,
    viewers_use_tls,
]
