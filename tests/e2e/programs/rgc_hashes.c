/* The hash of each argument as a string, and the order in which a dictionary has them. */
#include <mprof/rgc.h>

#include <inttypes.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	rgc_auto rgc_dict *dict = rgc_dict_new();
	for (int i = 1; i < argc; i++) {
		rgc_auto rgc_str *key = rgc_str_new(argv[i]);
		size_t hash;
		if (!dict || !key || rgc_hash(key, &hash) != 0 || rgc_dict_set(dict, key, key) < 0)
			return 1;
		printf("%" PRId64 "\n", (int64_t)hash);
	}
	rgc_auto rgc_str *text = rgc_repr(dict);
	printf("%s\n", text ? rgc_str_get(text) : "");
	return 0;
}
