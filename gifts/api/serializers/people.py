from config.api.fields import VisibleRelatedField
from config.api.serializers import StrictSerializer
from households.models import Person


class PersonMergeSerializer(StrictSerializer):
    into = VisibleRelatedField(Person, help_text="The person who is left.")
