from mains.core.jobs import Job

BUILD_EXPORT = Job("privacy.build_export")
