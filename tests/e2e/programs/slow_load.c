/* A library that takes some 300 ms to load, and is relocated before those that stand before it. */

static void nothing(void)
{
}

/* No system function can be called yet. */
static void (*resolve(void))(void)
{
	for (volatile unsigned long i = 0; i < 300000000ul; i++) {
	}
	return nothing;
}

void slow_load(void) __attribute__((ifunc("resolve")));

void (*slow_load_needed)(void) = slow_load;
