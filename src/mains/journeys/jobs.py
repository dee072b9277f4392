from mains.core.jobs import Job

BUILD_PROVIDER = Job("journeys.build_provider")
