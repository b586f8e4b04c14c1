/* SPDX-License-Identifier: Apache-2.0 */
/* aw_credentials.account where nothing but the key itself tells accounts apart. */
#ifndef ARCHWAY_KIT_ACCOUNT_H
#define ARCHWAY_KIT_ACCOUNT_H

#define KIT_ACCOUNT_SIZE 32

/* "key 5d41402a": the beginning of its SHA-256. "" when libcrypto cannot. */
void kit_account_of_key(const char *key, char ret_text[KIT_ACCOUNT_SIZE]);

#endif
