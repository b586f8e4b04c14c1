/* SPDX-License-Identifier: Apache-2.0 */
/* Objects that export something else under the entry's name, or nothing at all. */
#define EXPORT __attribute__((visibility("default")))

#if defined(CODE)
EXPORT void archway_backend_v1(void);
void archway_backend_v1(void)
{
}
#elif defined(ZEROES)
extern EXPORT char archway_backend_v1[256];
char archway_backend_v1[256];
#elif defined(IMPORTS)
extern const char archway_backend_v1[];
EXPORT const char *imported(void);
const char *imported(void)
{
    return archway_backend_v1;
}
#else
EXPORT int nothing(void);
int nothing(void)
{
    return 0;
}
#endif
