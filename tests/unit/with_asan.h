/* with_asan.h - WITH_ASAN is defined in builds with AddressSanitizer, for tests that make no sense there. */
#ifndef WITH_ASAN_H
#define WITH_ASAN_H

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN
#endif
#endif

#endif
