/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Header=@NAME: headers that are not for everybody's eyes stand in the file NAME of the folder
 * secret/ beside the configuration, or, for a service, in the credential secret_NAME.
 */

#include "common/config.h"
#include "fetch/reply.h"

/*
 * Puts the lines of such files in the place of their names. One that cannot be used makes the reply
 * a bad-source, is logged, and -ENOKEY; -ENOMEM.
 */
int secret_load(const Config *config, Source *source, Reply *reply);
