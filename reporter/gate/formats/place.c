/*
 * place.c - see place.h.
 */
#include "gate/formats/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *absolute(const char *file)
{
	char *directory, *path = NULL;

	if (*file == '/')
		return strdup(file);
	directory = getcwd(NULL, 0);
	if (directory && asprintf(&path, "%s/%s", directory, file) < 0)
		path = NULL;
	free(directory);
	return path;
}

/* What of `path` is below `folder`; NULL if it is not. */
static const char *below(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	while (length > 0 && folder[length - 1] == '/')
		length--;
	if (length == 0 || strncmp(path, folder, length) != 0 || path[length] != '/')
		return NULL;
	return path + length + strspn(path + length, "/");
}

char *place_in_repository(const char *file)
{
	const char *workspace = getenv("GITHUB_WORKSPACE"), *rest;
	char *path, *real, *place;

	if (!*file || !workspace || !*workspace)
		return strdup(file);
	path = absolute(file);
	if (!path)
		return NULL;
	rest = below(path, workspace);
	real = rest ? NULL
		    : realpath(workspace, NULL); /* the working directory has no symbolic links in it */
	if (real)
		rest = below(path, real);
	place = strdup(rest ? rest : file);
	free(real);
	free(path);
	return place;
}
