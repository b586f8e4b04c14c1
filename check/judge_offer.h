/* SPDX-License-Identifier: Apache-2.0 */
/* O1 to O3: can an offer be true? */
#ifndef ARCHWAY_CHECK_JUDGE_OFFER_H
#define ARCHWAY_CHECK_JUDGE_OFFER_H

#include "check/verdict.h"

#include <archway/backend.h>

/* Each fails the verdict if not. */
void judge_offer_arch(const aw_offer *offer, struct verdict *verdict);
void judge_offer_price(const aw_offer *offer, struct verdict *verdict);
void judge_offer_numbers(const aw_offer *offer, struct verdict *verdict);

#endif
