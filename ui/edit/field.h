#pragma once

#include <QJsonValue>
#include <QObject>
#include <QString>

#include <functional>

class QCheckBox;
class QComboBox;
class QLineEdit;
class QSpinBox;
class QWidget;

namespace turnspit {

/// One key of a service file and the widget that shows it. Knows what was loaded, so that only what a person changed is written.
class Field final : public QObject
{
    Q_OBJECT
public:
    /// The value as TOML; "" for none.
    using Read = std::function<QString()>;
    /// Shows a value as `Inspection::values` has it; undefined for none.
    using Write = std::function<void(const QJsonValue&)>;

    Field(QString key, QWidget* editor, Read read, Write write);

    [[nodiscard]] const QString& key() const { return m_key; }
    [[nodiscard]] QWidget* editor() const { return m_editor; }
    [[nodiscard]] QString read() const { return m_read(); }
    [[nodiscard]] bool isEdited() const { return m_read() != m_loaded; }

    /// From now on this is what was there before.
    void load(const QJsonValue& value);

    /// As if a person had typed it.
    void type(const QJsonValue& value) { m_write(value); }

    // The usual ones. Widgets get the objectName `restartDelayEdit` for `restart.delay`, and belong to `parent` until they are laid out.

    /// A string; an empty one is none.
    static Field* text(const QString& key, QLineEdit* edit);
    /// One of a closed list of words, with what people read for each.
    static Field* word(const QString& key, QComboBox* box, const QList<std::pair<QString, QString>>& words);
    /// A string that may be one of the box or any other.
    static Field* editableWord(const QString& key, QComboBox* box);
    static Field* flag(const QString& key, QCheckBox* box);
    static Field* number(const QString& key, QSpinBox* box);
    /// `0, 3`: an array of integers.
    static Field* numbers(const QString& key, QLineEdit* edit);
    /// A value of any type, as a person types it.
    static Field* anything(const QString& key, QLineEdit* edit);

Q_SIGNALS:
    /// The person changed it, or `type` did.
    void edited();

private:
    void changed();

    QString m_key;
    QWidget* m_editor;
    Read m_read;
    Write m_write;
    QString m_loaded;
    bool m_loading = false;
};

/// `values` at `restart.delay`.
[[nodiscard]] QJsonValue valueAt(const QJsonObject& values, const QString& key);

/// `restart.success_exit_codes` and "Edit" -> `restartSuccessExitCodesEdit`.
[[nodiscard]] QString objectNameOf(const QString& key, const QString& what);

} // namespace turnspit
