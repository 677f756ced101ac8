from . import class_attributes, local_time, look_back, sentences
