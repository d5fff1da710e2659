/*
 * namesakes.c - programs of one name that are not one: two "tests" of different folders.
 *
 * Keys leave folders out, so that another build has the same; so builds of one source may lie in any folder
 * and are one program, told by what they were compiled from.  Others get as much of their folders into their
 * keys as tells them apart.
 */
#include "gate/private.h"
#include "base/text.h"
#include "profile/existing.h"

#include <string.h>

/* An executable among those of one key. */
struct namesake {
	const char *exe;
	uint64_t origin;
};

struct namesakes {
	struct check *check;
	size_t begin, end; /* inputs of one key */
	struct namesake *list;
	size_t count;
};

static int find_origin(const struct check *check, const struct input *input, uint64_t *origin,
		       struct diagnostic *diagnostic)
{
	struct profile_options options = *check->options->profile;
	struct profile *profile;
	int error;

	error = profile_open(input->path, &options, &profile, diagnostic);
	if (!error)
		*origin = profile_origin(profile);
	profile_close(profile);
	return error;
}

static struct namesake *find(const struct namesakes *of, const char *exe)
{
	for (size_t i = 0; i < of->count; i++)
		if (of->list[i].exe == exe)
			return &of->list[i];
	return NULL;
}

static int collect(struct namesakes *of, struct diagnostic *diagnostic)
{
	int error = 0;

	of->list = check_alloc(of->check, of->end - of->begin, sizeof(*of->list));
	for (size_t i = of->begin; !error && i < of->end; i++) {
		const struct input *input = &of->check->inputs[i];

		if (find(of, input->exe))
			continue;
		of->list[of->count] = (struct namesake){.exe = input->exe};
		error = find_origin(of->check, input, &of->list[of->count].origin, diagnostic);
		of->count++;
	}
	return error;
}

/* The end of a path with so many folders before the name. */
static const char *with_folders(const char *exe, size_t folders)
{
	const char *at = exe + strlen(exe);

	for (size_t slashes = 0; at > exe; at--) {
		slashes += at[-1] == '/';
		if (slashes > folders)
			break;
	}
	return at;
}

static bool tells_apart(const struct namesakes *of, size_t folders)
{
	for (size_t i = 0; i < of->count; i++)
		for (size_t k = 0; k < i; k++)
			if (of->list[i].origin != of->list[k].origin &&
			    strcmp(with_folders(of->list[i].exe, folders),
				   with_folders(of->list[k].exe, folders)) == 0)
				return false;
	return true;
}

/* Builds of the same source are named as the first of them. */
static const char *namesake_of(const struct namesakes *of, const char *exe)
{
	uint64_t origin = find(of, exe)->origin;

	for (size_t i = 0; i < of->count; i++)
		if (of->list[i].origin == origin)
			return of->list[i].exe;
	return exe;
}

static void rename_apart(struct namesakes *of)
{
	size_t folders = 0;

	if (tells_apart(of, 0))
		return;
	while (!tells_apart(of, folders))
		folders++;
	for (size_t i = of->begin; i < of->end; i++) {
		struct input *input = &of->check->inputs[i];
		const char *end = with_folders(namesake_of(of, input->exe), folders);

		input->key = check_string(of->check, "%.*s%s", (int)(base_name(end) - end), end, input->key);
	}
}

static bool has_several(const struct check *check, size_t begin, size_t end)
{
	for (size_t i = begin + 1; i < end; i++)
		if (check->inputs[i].exe != check->inputs[begin].exe)
			return true;
	return false;
}

int tell_namesakes_apart(struct check *check, struct diagnostic *diagnostic)
{
	int error = 0;
	size_t end;

	for (size_t begin = 0; !error && begin < check->input_count; begin = end) {
		const char *key = check->inputs[begin].key;

		for (end = begin; end < check->input_count && check->inputs[end].key == key;)
			end++;
		if (key == check->options->name || !has_several(check, begin, end))
			continue;
		struct namesakes of = {.check = check, .begin = begin, .end = end};
		error = collect(&of, diagnostic);
		if (!error)
			rename_apart(&of);
	}
	sort_inputs(check);
	return error;
}
